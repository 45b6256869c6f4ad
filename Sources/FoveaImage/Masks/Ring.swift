/// A closed line along the edges of pixels, with the foreground on its right: clockwise around it, counterclockwise around
/// a hole.
public struct Ring: Sendable, Hashable {
    /// A corner of pixels: (0, 0) is the upper left corner of the first pixel, (width, height) the lower right one of the
    /// last.
    public struct Vertex: Sendable, Hashable {
        public let x: Int32
        public let y: Int32

        public init(x: Int, y: Int) { (self.x, self.y) = (Int32(x), Int32(y)) }
    }

    /// The corners in order; the line goes on from the last to the first.
    public let vertices: [Vertex]

    public init(_ vertices: [Vertex]) { self.vertices = vertices }

    /// The area inside in pixels, negative if the line goes counterclockwise. Of outlines they add up to the mask's area.
    public var signedArea: Double { Double(twiceSignedArea) / 2 }

    var twiceSignedArea: Int {
        guard var last = vertices.last else { return 0 }
        return vertices.reduce(0) { sum, vertex in
            defer { last = vertex }
            return sum + Int(last.x) * Int(vertex.y) - Int(vertex.x) * Int(last.y)
        }
    }
}
