import FoveaServing
import Testing

@testable import FoveaServer

@Suite struct InferenceTermsTests {
    private let now = ContinuousClock.now

    @Test("Priority 1 comes before those of 2, as all do that ask for none, and 3 last; 0 leaves it to the head")
    func priority() {
        func priority(_ number: Int, _ terms: JobTerms = JobTerms()) -> JobTerms.Priority {
            terms.tightened(by: InferenceParameters(priority: number), since: now).priority
        }
        #expect([0, 1, 2, 3].map { priority($0) } == [.normal, .high, .normal, .low])
        #expect(priority(0, JobTerms(priority: .low)) == .low)
        #expect(priority(2, JobTerms(priority: .low)) == .normal)
    }

    @Test("A timeout in microseconds sets a deadline, and the earlier of two holds")
    func timeout() {
        func deadline(_ timeout: Int, _ terms: JobTerms = JobTerms()) -> ContinuousClock.Instant? {
            terms.tightened(by: InferenceParameters(timeout: timeout), since: now).deadline
        }
        let early = JobTerms(deadline: now + .milliseconds(1))
        #expect(deadline(0) == nil)
        #expect(deadline(2000) == now + .milliseconds(2))
        #expect(deadline(0, early) == early.deadline)
        #expect(deadline(2000, early) == early.deadline)
        #expect(deadline(500, early) == now + .microseconds(500))
    }
}
