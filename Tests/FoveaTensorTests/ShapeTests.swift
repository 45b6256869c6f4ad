import FoveaTensor
import Testing

@Suite struct ShapeTests {
    @Test("Each way of making a shape gives the same one")
    func making() {
        #expect(Shape() == [])
        #expect(Shape(7) == [7])
        #expect(Shape(7, 8) == [7, 8])
        #expect(Shape(7, 8, 9) == [7, 8, 9])
        #expect(Shape(7, 8, 9, 10) == [7, 8, 9, 10])
        #expect(Shape([1, 2, 3, 4, 5, 6, 7, 8].dropFirst()) == [2, 3, 4, 5, 6, 7, 8])
        #expect(Shape(7, 8) != [7, 8, 0])
        #expect(Set<Shape>([Shape(7, 8), [7, 8], [7], [7, 9]]).count == 3)
    }

    @Test("It is a collection of its lengths")
    func collecting() {
        var shape: Shape = [2, 3, 4]
        #expect(shape.count == 3)
        #expect(shape.product == 24)
        #expect(Shape().product == 1)
        #expect(shape.map { $0 } == [2, 3, 4])
        #expect(Array(shape.dropLast()) == [2, 3])
        #expect(shape.last == 4)
        shape[1] = 5
        #expect(shape == [2, 5, 4])
        #expect(shape.description == "[2, 5, 4]")
        #expect(Shape().description == "[]")
    }
}
