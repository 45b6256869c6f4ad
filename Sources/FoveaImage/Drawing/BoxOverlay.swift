public import FoveaTensor

public struct BoxOverlay: Sendable {
    public struct Item: Sendable {
        public let box: Box
        public let text: String
        public let classID: Int
        public init(box: Box, text: String, classID: Int) { (self.box, self.text, self.classID) = (box, text, classID) }
    }
    public init() {}
    public func callAsFunction(_ items: [Item], over image: Image) -> Image {
        var pixels = image.pixels
        for item in items {
            for x in Int(item.box.x0)..<Int(item.box.x1) {
                pixels[3 * (Int(item.box.y0) * image.width + x)] ^= 0xFF
            }
        }
        return Image(width: image.width, height: image.height, pixels: pixels)
    }
}
