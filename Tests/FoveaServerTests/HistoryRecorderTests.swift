import Logging
import Testing

@testable import FoveaServer
@testable import FoveaStore

@Suite struct HistoryRecorderTests {
    private func recorder() throws -> HistoryRecorder {
        let folder = try TemporaryFolder()
        return HistoryRecorder(
            store: try MetricsHistory(
                path: folder.path + "/metrics.sqlite", settings: MetricsHistorySettings(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            queueDepth: { _ in 0 })
    }

    @Test("A recorder may go without having started, or without having stopped")
    func lifetime() throws {
        _ = try recorder()
        try recorder().start()
        let last = try recorder()
        last.start()
        last.stop()
        last.stop()
    }

    @Test("A daemon whose log can't be opened says so and nothing worse")
    func unusableLog() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "requests.sqlite/file")
        var configuration = Configuration()
        (configuration.data, configuration.models) = (folder.path, folder.path + "/models")
        #expect(throws: StoreError.self) {
            try Daemon(configuration: configuration, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        }
    }
}
