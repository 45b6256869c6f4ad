@testable import FoveaHTTP
import Synchronization
import Testing

@Suite struct OutputQueueTests {
    @Test("An answer counts as sent with its last octet, and not before")
    func answers() {
        let outcomes = Mutex<[SendOutcome]>([])
        var queue = OutputQueue()
        queue.append([1, 2, 3])
        queue.append([4, 5])
        queue.endAnswer(bytes: 5) { outcome in outcomes.withLock { $0.append(outcome) } }
        queue.append([6])
        queue.endAnswer(bytes: 1) { outcome in outcomes.withLock { $0.append(outcome) } }
        #expect(queue.byteCount == 6)
        queue.drop(2)
        #expect(queue.next?.bytes == [3])
        #expect(queue.next?.moreFollows == true)
        queue.drop(1)
        queue.drop(1)
        #expect(outcomes.withLock { $0 } == [])
        queue.drop(1)
        #expect(outcomes.withLock { $0 } == [.sent(bytes: 5)])
        #expect(queue.answerCount == 1)
        queue.abandon()
        #expect(outcomes.withLock { $0 } == [.sent(bytes: 5), .clientGone])
        #expect(queue.isEmpty)
        #expect(queue.next == nil)
    }
}

@Suite struct DeadlineQueueTests {
    @Test("Deadlines come in order of time, whatever the order of their coming")
    func order() {
        let start = ContinuousClock.now
        var queue = DeadlineQueue()
        for number in [5, 1, 4, 1, 3, 9, 2, 6] {
            queue.insert(DeadlineQueue.Entry(time: start + .seconds(number), connection: number))
        }
        var popped: [Int] = []
        while let entry = queue.popDue(at: start + .seconds(5)) { popped.append(entry.connection) }
        #expect(popped == [1, 1, 2, 3, 4, 5])
        #expect(queue.earliest == start + .seconds(6))
    }
}
