import Foundation
import HTTPTypes

@testable import FoveaServing

/// The images that tests send; made by `Scripts/image_goldens.py`.
enum Pictures {
    /// 97 by 75 pixels.
    static let jpeg = bytes("ycc-444.jpg")
    /// 29 by 23 pixels.
    static let png = bytes("rgb-8.png")
    /// 217 by 331 pixels as it is stored, a quarter turn from upright.
    static let turned = bytes("orientation-6.jpg")
    /// A JPEG that ends within its first scan.
    static let broken = Array(jpeg.prefix(jpeg.count / 2))
    /// Of a format that is not read here.
    static let gif = Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3B]

    static func id(_ image: [UInt8]) -> String { SHA256Digest(of: image[...]).description }

    /// The image as it stands in a JSON body, with its quotes.
    static func base64(_ image: [UInt8]) -> String { "\"\(Data(image).base64EncodedString())\"" }

    private static func bytes(_ name: String) -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let url = folder.appending(path: "Fixtures/images/" + name)
        return (try? Data(contentsOf: url)).map(Array.init) ?? []
    }
}

/// A body in `multipart/form-data`.
struct Form {
    static let type: HTTPFields = [.contentType: "multipart/form-data; boundary=b"]
    private(set) var body: [UInt8] = []

    /// - Parameters:
    ///   - images: one part `image` each.
    ///   - options: the parts after them.
    init(images: [[UInt8]], options: KeyValuePairs<String, String> = [:]) {
        for image in images { add("image", image) }
        for option in options { add(option.key, Array(option.value.utf8)) }
        body += "--b--\r\n".utf8
    }

    private mutating func add(_ name: String, _ content: [UInt8]) {
        body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8) + content
        body += "\r\n".utf8
    }
}
