/// Counts by a small number, as the text of a column: `200:17 503:2`, ascending, without zeros.
///
/// Text, so that `sqlite3` shows what there is; sparse, because most buckets of a minute are empty.
enum CountText {
    static func encode(_ counts: [Int: Int]) -> String {
        counts.filter { $0.value != 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key):\($0.value)" }.joined(separator: " ")
    }

    /// - Throws: `StoreError.malformedRow` for anything that `encode` doesn't write.
    static func decode(_ text: String) throws(StoreError) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        var key: Int?
        var number: Int?
        for byte in Array(text.utf8) + [UInt8(ascii: " ")] where !text.isEmpty {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, isTooLargeYet) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
                if isTooLarge || isTooLargeYet { throw .malformedRow }
                number = sum
            case UInt8(ascii: ":") where key == nil && number != nil:
                key = number
                number = nil
            case UInt8(ascii: " "):
                guard let name = key, let count = number, counts.updateValue(count, forKey: name) == nil else {
                    throw .malformedRow
                }
                key = nil
                number = nil
            default:
                throw .malformedRow
            }
        }
        return counts
    }
}
