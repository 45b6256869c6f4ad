import FoveaTensor
import Testing

@Suite struct CancellationTests {
    @Test("Work that is watched is stopped at its next check once it is cancelled, and other work never is")
    func checks() throws {
        let cancellation = Cancellation()
        try Cancellation.check()
        try cancellation.watching { try Cancellation.check() }
        cancellation.cancel()
        try Cancellation.check()
        #expect(throws: Cancelled()) { try cancellation.watching { try Cancellation.check() } }
        try Cancellation.check()
    }

    @Test("Watching may be nested: each work has its own cancellation")
    func nested() throws {
        let (outer, inner) = (Cancellation(), Cancellation())
        inner.cancel()
        try outer.watching {
            #expect(throws: Cancelled()) { try inner.watching { try Cancellation.check() } }
            try Cancellation.check()
        }
    }
}
