import GRDB

extension Row {
    /// The value of a column that isn't null.
    ///
    /// GRDB's own subscript ends the process if the type is wrong, which in a damaged file it may be.
    func value<T: DatabaseValueConvertible>(_ column: String) throws(StoreError) -> T {
        guard let value: T = try optional(column) else { throw .malformedRow }
        return value
    }

    /// The value of a column, nil if it is null.
    func optional<T: DatabaseValueConvertible>(_ column: String) throws(StoreError) -> T? {
        guard let stored = self[column] as DatabaseValue?, !stored.isNull else { return nil }
        guard let value = T.fromDatabaseValue(stored) else { throw .malformedRow }
        return value
    }
}
