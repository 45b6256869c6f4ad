/// The JSON header of a safetensors file: a name, an element type, a shape and a range of bytes for each tensor.
struct SafetensorsHeader {
    struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        /// The first byte and the one after the last, counted from the end of the header.
        let begin, end: Int
    }

    /// In the header's order.
    let tensors: [Entry]

    init(_ bytes: [UInt8], limits: CheckpointLimits) throws(CheckpointError) {
        var scanner = JSONScanner(bytes, nameBytes: limits.nameBytes)
        // The format wants the brace as the very first byte; `object` would also take white space.
        guard bytes.first == UInt8(ascii: "{") else { throw scanner.syntaxError }
        var entries: [Entry] = []
        try scanner.object { scanner, name throws(CheckpointError) in
            if name == "__metadata__" {
                return try scanner.object { scanner, _ throws(CheckpointError) in _ = try scanner.string() }
            }
            try CheckpointLimits.check(.tensors, entries.count + 1, atMost: limits.tensors)
            entries.append(try SafetensorsHeader.entry(name, &scanner, limits: limits))
        }
        try scanner.expectPadding()
        tensors = entries
    }

    private static func entry(
        _ name: String, _ scanner: inout JSONScanner, limits: CheckpointLimits
    ) throws(CheckpointError) -> Entry {
        var type: ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key throws(CheckpointError) in
            switch key {
            case "dtype":
                let spelling = try scanner.name()
                type = ElementType(rawValue: spelling)
                if type == nil { throw .safetensors(.elementType(spelling)) }
            case "shape":
                let excess = CheckpointError.overLimit(.rank, got: limits.rank + 1, limit: limits.rank)
                shape = try scanner.integers(atMost: limits.rank, orElse: excess)
            case "data_offsets":
                offsets = try scanner.integers(atMost: 2, orElse: .safetensors(.entry(name)))
            default: throw .safetensors(.entry(name))
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else { throw .safetensors(.entry(name)) }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }
}
