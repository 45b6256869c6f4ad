import Dispatch
import GRDB
import Synchronization
import Testing

@testable import FoveaStore

@Suite struct ImageStoreTests {
    let directory: TemporaryDirectory
    let time = TestClock()

    init() throws {
        directory = try TemporaryDirectory()
    }

    func openStore(_ change: (inout ImageStoreSettings) -> Void = { _ in }) throws -> ImageStore {
        var settings = ImageStoreSettings()
        settings.busyTimeout = .milliseconds(20)
        change(&settings)
        return try ImageStore(path: directory.path("images"), settings: settings, logger: .quiet, clock: time.clock)
    }

    /// The `number`th identifier; the store doesn't compute it.
    func digest(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }

    @discardableResult
    func put(_ number: Int, count: Int = 1000, to store: ImageStore) throws -> Bool {
        try store.put(
            [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count), sha256: digest(number),
            contentType: "image/jpeg", width: 40, height: 30)
    }

    func kept(_ store: ImageStore, of numbers: ClosedRange<Int>) throws -> [Int] {
        try numbers.filter { try store.head(digest($0)) != nil }
    }

    @Test(arguments: [0, 1, ImageTable.chunk - 1, ImageTable.chunk, ImageTable.chunk + 1, 3 * ImageTable.chunk + 17])
    func anImageComesBackAsItWasPut(count: Int) throws {
        let store = try openStore()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let sha256 = String(repeating: "0a", count: 32)
        #expect(try store.put(bytes, sha256: sha256, contentType: "image/png", width: 17, height: 9))
        let metadata = ImageMetadata(
            sha256: sha256, contentType: "image/png", width: 17, height: 9, bytes: count, created: 1_700_000_000)
        #expect(try store.head(sha256) == metadata)
        #expect(try store.get(sha256) == StoredImage(metadata: metadata, bytes: bytes))
        #expect(store.totalBytes == count)
    }

    @Test func theAsynchronousFunctionsDoTheSame() async throws {
        let store = try openStore()
        let isNew = try await store.put([1, 2, 3], sha256: digest(1), contentType: "image/png", width: 1, height: 1)
        #expect(isNew)
        #expect(try await store.get(digest(1))?.bytes == [1, 2, 3])
        #expect(try await store.head(digest(1))?.bytes == 3)
        #expect(try await store.delete(digest(1)))
        #expect(try await store.get(digest(1)) == nil)
    }

    @Test func anImageIsKeptOnce() throws {
        let store = try openStore()
        #expect(try put(1, to: store))
        #expect(try !put(1, to: store))
        #expect(try !store.put([9], sha256: digest(1), contentType: "image/png", width: 1, height: 1))
        #expect(try store.head(digest(1))?.contentType == "image/jpeg")
        #expect(store.totalBytes == 1000)
    }

    @Test func deletingFreesTheBytes() throws {
        let store = try openStore()
        try put(1, count: 3 << 20, to: store)
        try put(2, to: store)
        #expect(try store.delete(digest(1)))
        #expect(try !store.delete(digest(1)))
        #expect(try store.get(digest(1)) == nil)
        #expect(store.totalBytes == 1000)
        for _ in 0..<10 { store.file.queue.sync {} }
        let size = try store.file.read { try DatabaseSize($0) }
        #expect(size.freePages <= 64)
        #expect(try store.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM image_chunk") } == 1)
    }

    @Test func theLeastRecentlyUsedGoFirst() throws {
        let store = try openStore { $0.budget = 5000 }
        for number in 1...5 { try put(number, to: store) }
        _ = try store.get(digest(1))
        try put(2, to: store)
        _ = try store.head(digest(3))
        #expect(store.totalBytes == 5000)
        try put(6, to: store)
        #expect(try kept(store, of: 1...6) == [1, 2, 4, 5, 6])
        try put(7, count: 2500, to: store)
        #expect(try kept(store, of: 1...7) == [2, 6, 7])
        #expect(store.totalBytes == 4500)
    }

    @Test func theOrderOfUseSurvivesARestart() throws {
        var store = try openStore { $0.budget = 3000 }
        for number in 1...3 { try put(number, to: store) }
        _ = try store.get(digest(1))
        time.advance(10, unix: -100_000)
        store.close()
        store.close()
        store = try openStore { $0.budget = 3000 }
        #expect(store.totalBytes == 3000)
        try put(4, to: store)
        #expect(try kept(store, of: 1...4) == [1, 3, 4])
        try put(5, to: store)
        #expect(try kept(store, of: 1...5) == [1, 4, 5])
    }

    @Test func aSmallerBudgetAppliesWithTheNextUpload() throws {
        try openStore().close()
        var store = try openStore()
        for number in 1...10 { try put(number, to: store) }
        store.close()
        store = try openStore { $0.budget = 2500 }
        try put(11, to: store)
        #expect(try kept(store, of: 1...11) == [10, 11])
    }

    @Test func anImageOverTheBudgetEvictsNothing() throws {
        let store = try openStore { $0.budget = 2000 }
        try put(1, to: store)
        #expect(throws: StoreError.imageOverBudget(bytes: 2001, budget: 2000)) { try put(2, count: 2001, to: store) }
        #expect(try kept(store, of: 1...2) == [1])
        try put(3, count: 2000, to: store)
        #expect(try kept(store, of: 1...3) == [3])
    }

    @Test func concurrentUploadsKeepEachImageOnceAndTheBudget() throws {
        let store = try openStore { $0.budget = 50_000 }
        let created = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 200) { index in
            if (try? put(index % 25, to: store)) == true { created.withLock { $0 += 1 } }
            let image = try? store.get(digest((index * 7) % 25))
            #expect(image?.bytes.count ?? 1000 == 1000)
        }
        #expect(created.withLock { $0 } == 25)
        #expect(store.totalBytes == 25_000)
    }

    @Test(arguments: [
        "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
        String(repeating: "g", count: 64), String(repeating: "0", count: 62) + "é",
        "../" + String(repeating: "0", count: 61),
        String(repeating: "\u{FF10}", count: 64), String(repeating: "0", count: 63) + " ",
    ])
    func anIdentifierThatIsNoDigestIsRefused(sha256: String) throws {
        let store = try openStore()
        #expect(throws: StoreError.invalidDigest) {
            try store.put([1], sha256: sha256, contentType: "image/png", width: 1, height: 1)
        }
        #expect(throws: StoreError.invalidDigest) { try store.get(sha256) }
        #expect(throws: StoreError.invalidDigest) { try store.head(sha256) }
        #expect(throws: StoreError.invalidDigest) { try store.delete(sha256) }
    }

    @Test func theCaseOfDigitsDoesNotMatter() throws {
        let store = try openStore()
        let upper = String(repeating: "AB", count: 32)
        #expect(try store.put([1], sha256: upper, contentType: "image/png", width: 1, height: 1))
        #expect(try store.head(upper.lowercased())?.sha256 == upper.lowercased())
        #expect(try !store.put([1], sha256: upper.lowercased(), contentType: "image/png", width: 1, height: 1))
    }

    @Test func anImageWithoutASizeIsRefused() throws {
        let store = try openStore()
        for (width, height, type) in [(0, 1, "a"), (1, -1, "a"), (1, 1, String(repeating: "a", count: 257))] {
            #expect(throws: StoreError.invalidImage) {
                try store.put([1], sha256: digest(1), contentType: type, width: width, height: height)
            }
        }
    }

    @Test func aFullDiskLeavesNothingOfAnUpload() throws {
        let store = try openStore { $0.maxPages = 500 }
        try put(1, count: 1 << 20, to: store)
        #expect(throws: StoreError.full) { try put(2, count: 2 << 20, to: store) }
        #expect(try kept(store, of: 1...2) == [1])
        #expect(store.totalBytes == 1 << 20)
        #expect(try store.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM image_chunk") } == 1)
        try put(3, count: 1000, to: store)
        #expect(try store.get(digest(1))?.bytes.count == 1 << 20)
    }

    @Test func aLockedStoreRefusesUploadsAndStillAnswers() throws {
        let store = try openStore()
        try put(1, to: store)
        store.file.queue.sync {}
        let other = try directory.connect("images")
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        #expect(throws: StoreError.locked) { try put(2, to: store) }
        #expect(try store.get(digest(1))?.bytes.count == 1000)
        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(try put(2, to: store))
    }

    @Test func anUploadCutByAKillIsNotThere() throws {
        let store = try openStore()
        try put(1, to: store)
        store.file.queue.sync {}
        let before = try directory.bytes("images-wal").count
        try put(2, count: 1 << 20, to: store)
        try directory.copyDatabase("images", to: "killed")
        let wal = try directory.bytes("images-wal")
        let database = try directory.bytes("killed")
        store.close()
        for cut in stride(from: before, to: wal.count, by: (wal.count - before) / 9 + 1) {
            try directory.write(database, to: "images")
            try directory.write(Array(wal.prefix(cut)), to: "images-wal")
            let recovered = try openStore()
            #expect(try kept(recovered, of: 1...2) == [1])
            #expect(try recovered.get(digest(1))?.bytes.count == 1000)
            recovered.close()
        }
    }

    @Test func aDamagedStoreIsReplacedByAnEmptyOne() throws {
        var store = try openStore()
        for number in 1...50 { try put(number, count: 10_000, to: store) }
        store.close()
        var bytes = try directory.bytes("images")
        for index in 8192..<bytes.count / 2 { bytes[index] = 0x5A }
        try directory.write(bytes, to: "images")
        store = try openStore()
        try put(1, to: store)
        #expect(store.totalBytes == 1000)
        #expect(store.damagedFiles == 1)
    }

    @Test func aPieceThatIsMissingIsAnErrorAndNotAShorterImage() throws {
        let store = try openStore()
        try put(1, count: 2 << 20, to: store)
        try directory.connect("images").write { try $0.execute(sql: "DELETE FROM image_chunk WHERE position = 1") }
        #expect(throws: StoreError.malformedRow) { try store.get(digest(1)) }
    }
}
