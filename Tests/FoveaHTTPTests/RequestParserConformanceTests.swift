@testable import FoveaHTTP
import HTTPTypes
import Testing

/// The conformance set against the parser alone.
@Suite struct RequestParserConformanceTests {
    /// Statuses that only a parser gives: where a case allows no others, the parser must refuse.
    private static let parserStatuses: Set = [400, 408, 411, 413, 414, 417, 421, 431, 501, 505]

    @Test("The whole set is there")
    func count() {
        #expect(ConformanceCase.all.count == 301)
    }

    @Test("A case cut into pieces of any size gives what it gives whole", arguments: ConformanceCase.all)
    func pieces(of testCase: ConformanceCase) {
        let bytes = testCase.bytes
        let whole = ParserTranscript(bytes, pieces: max(1, bytes.count))
        #expect(ParserTranscript(bytes, pieces: 1) == whole)
        #expect(ParserTranscript(bytes, pieces: 7) == whole)
    }

    @Test("The parser refuses what the set wants refused, with an allowed status", arguments: ConformanceCase.all)
    func statuses(of testCase: ConformanceCase) {
        let bytes = testCase.bytes
        let result = ParserTranscript(bytes, pieces: max(1, bytes.count))
        for (index, event) in result.events.enumerated() {
            let allowed = testCase.expect.statuses(ofResponse: index)
            switch event {
            case .malformed(let failure):
                #expect(allowed.contains(failure.status.code), "\(failure.message)")
            case .request, .incomplete:
                // Cut requests and slow ones are the connection's to refuse; routes may answer 501 and 400 too.
                let isApplications = ["IN-", "SL-", "MP-", "MI-", "KA-rst"].contains { testCase.id.hasPrefix($0) }
                if !isApplications, !Set(allowed).isSubset(of: Self.parserStatuses) { continue }
                #expect(isApplications, "understood, but only \(allowed) are allowed")
            }
        }
    }
}
