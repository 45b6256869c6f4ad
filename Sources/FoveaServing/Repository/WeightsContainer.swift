import FoveaNN
import Glibc

/// The file formats of checkpoints, told by their first bytes.
public enum WeightsContainer: String, Sendable, CaseIterable {
    case safetensors
    case pytorchZip = "PyTorch (zip)"
    case pytorchLegacy = "PyTorch (legacy)"

    /// Looks at the beginning of the file at `path`; throws `RepositoryError.unusable` for any other file.
    public init(of path: String) throws {
        let start = try File(path, O_RDONLY | O_NONBLOCK).read(upTo: 16)
        guard let container = WeightsContainer(start: start) else {
            throw RepositoryError.unusable(file: path, reason: "\(CheckpointError.unknownFormat)")
        }
        self = container
    }

    /// The format of a file that begins with `start`, if it is one of these.
    private init?(start: [UInt8]) {
        switch true {
        case start.starts(with: [0x50, 0x4B, 0x03, 0x04]): self = .pytorchZip
        case start.count >= 2 && start[0] == 0x80 && start[1] == 0x02: self = .pytorchLegacy
        case start.count > 8 && start[8] == UInt8(ascii: "{"): self = .safetensors
        default: return nil
        }
    }

    /// What such files are called by custom.
    var fileExtension: String { self == .safetensors ? "safetensors" : "pth" }
}
