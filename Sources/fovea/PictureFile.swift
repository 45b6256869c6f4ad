import FoundationEssentials
import FoveaImage
import Glibc

/// A picture on disk.
enum PictureFile {
    /// Writes a picture as PNG.
    static func write(_ picture: Image, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(picture.pngData())) else {
            throw Unwritable(path: path)
        }
    }

    private struct Unwritable: Error, CustomStringConvertible {
        let path: String
        let reason = String(cString: strerror(errno))
        var description: String { "\(path): can't write this file: \(reason)" }
    }
}
