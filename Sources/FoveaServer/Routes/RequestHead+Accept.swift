import FoveaHTTP
import HTTPTypes

extension RequestHead {
    /// Whether answers of this media type are asked for by name, and JSON is not.
    func accepts(_ type: String) -> Bool {
        let types = fields[values: .accept].flatMap { $0.split(separator: ",") }.map { entry in
            entry.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        }
        return types.contains(type) && !types.contains("application/json")
    }
}
