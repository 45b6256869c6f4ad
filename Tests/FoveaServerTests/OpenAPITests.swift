import Foundation
import FoveaHTTP
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct OpenAPITests {
    private let lines: [Substring]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "openapi.yaml")
        lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    }

    @Test("openapi.yaml describes the program's routes, all and only")
    func routes() {
        let patterns = FoveaApplication.routeTypes.flatMap { $0.patterns }
        // HEAD is answered by the GET route; the description has it where it says more.
        #expect(Set(described().filter { !$0.hasPrefix("HEAD ") }) == Set(patterns))
    }

    @Test("openapi.yaml lists the program's error codes, all and only")
    func codes() {
        let start = lines.firstIndex { $0.contains("ErrorCode:") && $0.hasPrefix("    E") } ?? 0
        let listed = lines[start...].drop { !$0.contains("enum:") }.dropFirst().prefix { $0.contains("- ") }
        let names = listed.map { $0.trimmingCharacters(in: .whitespaces).dropFirst(2) }
        #expect(Set(names.map(String.init)) == Set(APIError.Code.allCases.map(\.rawValue)))
    }

    /// `METHOD /path` of every operation: paths stand at two spaces, methods at four.
    private func described() -> [String] {
        var (path, operations): (String, [String]) = ("", [])
        for line in lines.drop(while: { $0 != "paths:" }).dropFirst().prefix(while: { $0.hasPrefix(" ") }) {
            if line.hasPrefix("  /") { path = line.trimmingCharacters(in: CharacterSet(charactersIn: " :")) }
            let name = line.trimmingCharacters(in: CharacterSet(charactersIn: " :"))
            if line.hasPrefix("    "), !line.hasPrefix("     "),
                ["get", "put", "post", "delete", "head"].contains(name)
            {
                operations.append("\(name.uppercased()) \(path)")
            }
        }
        return operations
    }
}
