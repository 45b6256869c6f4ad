/// How many masks are drawn over a photograph: each in a colour of its own, the largest first, so that what lies within
/// something else is seen.
public struct MaskMosaic: Sendable, Equatable {
    /// How much of its colour the foreground of a mask takes on, 0…1.
    public let opacity: Double
    /// As `MaskOverlay.lineRadius`.
    public let lineRadius: Int?

    public init(opacity: Double = 0.5, lineRadius: Int? = nil) {
        (self.opacity, self.lineRadius) = (opacity, lineRadius)
    }

    /// Draws `masks`, which have the size of `image`, over it.
    public func callAsFunction(_ masks: [RunLengthMask], over image: Image) -> Image {
        var pixels = image.pixels
        let areas = masks.map(\.area)
        let order = masks.indices.sorted { (areas[$1], $0) < (areas[$0], $1) }
        for (number, mask) in order.enumerated() {
            let (red, green, blue) = Self.colour(number)
            MaskOverlay(red: red, green: green, blue: blue, opacity: opacity, lineRadius: lineRadius)
                .draw(masks[mask], on: &pixels, width: image.width, height: image.height)
        }
        return Image(width: image.width, height: image.height, pixels: pixels)
    }

    /// Colour number `number`: full and light, its hue turned by the golden ratio from the one before, so that however many
    /// there are they divide the circle about evenly; every second one is darker.
    static func colour(_ number: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let turn = 0.58 + Double(number) * 0.618_033_988_749_895
        let hue = 6 * (turn - turn.rounded(.down))
        let value = number % 2 == 0 ? 255.0 : 190.0
        func channel(_ shift: Double) -> UInt8 {
            let place = (hue + shift).truncatingRemainder(dividingBy: 6)
            return UInt8(value * (1 - 0.85 * min(max(min(place, 4 - place), 0), 1)))
        }
        return (channel(5), channel(3), channel(1))
    }
}
