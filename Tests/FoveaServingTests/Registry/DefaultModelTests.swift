import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct DefaultModelTests {
    @Test("What people installed answers rather than what came with the program")
    func fallback() {
        let none = DefaultModel(configured: "")
        #expect(none.choose(from: ["fovea-sam-lite0", "mobile-sam"], for: .segment) == "mobile-sam")
        #expect(none.choose(from: ["fovea-sam-lite0"], for: .segment) == "fovea-sam-lite0")
        #expect(none.choose(from: ["thundernet-snet49", "zebra-finder"], for: .detect) == "zebra-finder")
        #expect(none.choose(from: ["thundernet-snet49"], for: .detect) == "thundernet-snet49")
        #expect(none.choose(from: [], for: .segment) == nil)
    }

    @Test("The settings come first, then the catalogue's default, then the first by name")
    func order() {
        let names = ["b", "efficientnet-lite0", "a"]
        #expect(DefaultModel(configured: "b").choose(from: names, for: .classify) == "b")
        #expect(DefaultModel(configured: "gone").choose(from: names, for: .classify) == "efficientnet-lite0")
        #expect(DefaultModel(configured: "").choose(from: ["b", "a"], for: .classify) == "a")
    }
}
