/// Tensor elements as the binary tensor data extension has them on the wire: little-endian, without gaps, row-major.
///
/// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
enum LittleEndian {
    /// The numbers that `bytes` hold, as floats; none for a type that is not read. Bytes after the last whole one are
    /// not looked at.
    static func floats(_ bytes: ArraySlice<UInt8>, as datatype: Datatype) -> [Float] {
        switch datatype {
        case .fp16: numbers(bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
        case .fp32: numbers(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .fp64: numbers(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        default: []
        }
    }

    /// How many bytes a number of a type takes that `floats` reads; nil for the others.
    static func size(_ datatype: Datatype) -> Int? {
        switch datatype {
        case .fp16: 2
        case .fp32: 4
        case .fp64: 8
        default: nil
        }
    }

    private static func numbers<Bits: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>, _ number: (Bits) -> Float
    ) -> [Float] {
        let size = MemoryLayout<Bits>.size
        let count = bytes.count / size
        return bytes.withUnsafeBytes { source in
            [Float](unsafeUninitializedCapacity: count) { numbers, initialized in
                for index in 0..<count {
                    let bits = source.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
                    numbers.initializeElement(at: index, to: number(Bits(littleEndian: bits)))
                }
                initialized = count
            }
        }
    }

    /// Appends `values` as FP32.
    static func append(_ values: [Float], to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        for value in values { append(value.bitPattern, to: &bytes) }
    }

    /// Appends `values` as INT64.
    static func append(_ values: [Int64], to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 8 * values.count)
        for value in values { append(value, to: &bytes) }
    }

    /// Appends `strings` as BYTES, each after its length.
    static func append(_ strings: [String], to bytes: inout [UInt8]) {
        for string in strings {
            append(UInt32(clamping: string.utf8.count), to: &bytes)
            bytes += string.utf8
        }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    /// The byte strings that `bytes` hold, each after its length in four bytes; nil if the last one is cut, or if there
    /// are more than `limit`.
    static func byteStrings(_ bytes: ArraySlice<UInt8>, limit: Int) -> [ArraySlice<UInt8>]? {
        var (rest, strings) = (bytes, [ArraySlice<UInt8>]())
        while !rest.isEmpty {
            guard strings.count < limit, rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length else { return nil }
            strings.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return strings
    }
}
