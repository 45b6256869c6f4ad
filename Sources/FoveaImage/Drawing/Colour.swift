/// A colour of the sRGB space.
struct Colour: Equatable {
    let red, green, blue: UInt8

    static let black = Colour(red: 0, green: 0, blue: 0)
    static let white = Colour(red: 255, green: 255, blue: 255)

    /// Black or white, whichever contrasts more with this colour (WCAG 2.2, contrast ratio).
    var contrary: Colour {
        func linear(_ channel: UInt8) -> Double {
            let share = Double(channel) / 255
            // Near enough to the definition's two pieces for a choice between two.
            return share * share * (0.75 + 0.25 * share)
        }
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        return (luminance + 0.05) * (luminance + 0.05) > 1.05 * 0.05 ? .black : .white
    }
}
