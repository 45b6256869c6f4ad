import Testing

@testable import FoveaBench

@Suite struct TimingsTests {
    @Test("Median, p90 and least of the rounds, in whatever order they came")
    func statistics() {
        let ten = Timings([9, 1, 3, 2, 10, 4, 8, 6, 5, 7])
        #expect(ten.rounds == 10)
        #expect(ten.least == 1)
        #expect(ten.median == 5.5)
        #expect(ten.p90 == 9)
        let one = Timings([2])
        #expect((one.least, one.median, one.p90) == (2, 2, 2))
        #expect(Timings([3, 1, 2]).median == 2)
    }

    @Test("Numbers are rounded, not cut, and keep their sign and zeros")
    func text() {
        #expect(12.345.fixed(1) == "12.3")
        #expect(0.0196.fixed(2) == "0.02")
        #expect((-0.5).fixed(1) == "-0.5")
        #expect(7.6.fixed(0) == "8")
        #expect(Double.nan.fixed(2) == "-")
    }
}
