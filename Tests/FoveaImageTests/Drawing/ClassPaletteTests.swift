import Testing

@testable import FoveaImage

@Suite struct ClassPaletteTests {
    @Test("Forty-eight classes have colours of their own, then they begin anew, and no number is wrong")
    func colours() {
        let colours = (0..<48).map(ClassPalette.colour)
        for (number, colour) in colours.enumerated() {
            #expect(!colours[..<number].contains(colour))
            #expect(ClassPalette.colour(number + 48) == colour)
            #expect(ClassPalette.colour(number - 48) == colour)
        }
        #expect(colours[0] == Colour(red: 30, green: 144, blue: 255))
        #expect(colours.contains(ClassPalette.colour(.max)) && colours.contains(ClassPalette.colour(.min)))
    }

    @Test("Text is black on light colours and white on dark ones")
    func contrary() {
        #expect(Colour.white.contrary == .black && Colour.black.contrary == .white)
        #expect(Colour(red: 255, green: 255, blue: 0).contrary == .black)
        #expect(Colour(red: 0, green: 255, blue: 0).contrary == .black)
        #expect(Colour(red: 0, green: 0, blue: 255).contrary == .white)
        #expect(Colour(red: 120, green: 45, blue: 255).contrary == .white)
        // Either side of a contrast that is the same with both.
        #expect(Colour(red: 119, green: 119, blue: 119).contrary == .black)
        #expect(Colour(red: 115, green: 115, blue: 115).contrary == .white)
    }
}
