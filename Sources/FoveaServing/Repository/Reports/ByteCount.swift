/// A number of bytes in words: `18.8 MB`, powers of ten.
public struct ByteCount: Sendable, CustomStringConvertible {
    public let bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }

    public var description: String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (tenths, unit) = (bytes.multipliedReportingOverflow(by: 10).partialValue, 0)
        guard bytes >= 1000, tenths > 0 else { return "\(bytes) B" }
        while tenths >= 10_000, unit < units.count - 1 { (tenths, unit) = ((tenths + 500) / 1000, unit + 1) }
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
