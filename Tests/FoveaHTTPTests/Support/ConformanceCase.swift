import Foundation
import Testing

/// One line of the conformance set; `run_cases.py` beside it documents the fields.
struct ConformanceCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Expectation: Decodable, Sendable {
        var status: [Int]
        var each: [[Int]]?
        var close: Bool?
        var responses: Int?
        var responses_min: Int?
        var responses_max: Int?
        var interim: Bool?

        func statuses(ofResponse index: Int) -> [Int] {
            guard let each, index < each.count else { return status }
            return each[index]
        }
    }

    struct Sending: Decodable, Sendable {
        var after_100: Int?
    }

    var id: String
    var raw_b64: Data
    var expect: Expectation
    var methods: [String]?
    var end: String?
    var send: Sending?
    var slow: Bool?

    var bytes: [UInt8] { [UInt8](raw_b64) }
    var testDescription: String { id }

    static let all: [ConformanceCase] = {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/http/cases.jsonl")
        let lines = (try? Data(contentsOf: file))?.split(separator: UInt8(ascii: "\n")) ?? []
        return lines.compactMap { try? JSONDecoder().decode(ConformanceCase.self, from: Data($0)) }
    }()
}
