import ArgumentParser
import Dispatch
import FoundationEssentials
import FoveaServer
import Glibc
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the models over HTTP.",
        discussion: """
            Every setting is also an environment variable (--max-body-bytes is FOVEA_MAX_BODY_BYTES) and a line of the \
            file that --config names (max-body-bytes = 1000000). A flag wins over the environment, that over the file.

            The first line on standard output is the address served on; the log goes to standard error. SIGTERM and \
            SIGINT finish what is in flight and exit 0; a second signal exits at once.
            """)

    @Option(help: "File of settings, one \"name = value\" a line; # starts a comment.")
    var config: String?

    @OptionGroup(title: "Settings")
    var settings: SettingOptions

    func run() async throws {
        openStandardDescriptors()
        let configuration = try configuration()
        let format = configuration.logFormat
        let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        var logger = Logger(label: "fovea") {
            StandardErrorLogHandler(label: $0, format: format, level: level)
        }
        logger.logLevel = level

        ignoreSignals()
        let stopSignals = StopSignals()
        let daemon = try Daemon(configuration: configuration, logger: logger)
        let address = try daemon.start()
        let line = Array("listening on http://\(address)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)

        await stopSignals.first()
        let unfinished = await daemon.stop()
        // Everything is closed; the exit handlers of libraries would only race with threads that still run.
        _exit(unfinished > 0 ? 1 : 0)
    }

    /// The settings in force; a wrong one is a wrong use of the command.
    private func configuration() throws -> Configuration {
        do {
            return try Configuration(
                flags: settings.given, environment: ProcessInfo.processInfo.environment, file: try configurationFile())
        } catch let error as ConfigurationError {
            let line = Array("Error: \(error)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            throw ExitCode(EX_USAGE)
        }
    }

    /// A log line must never go into a socket that got the number of a closed standard stream.
    private func openStandardDescriptors() {
        for descriptor in 0...2 where fcntl(Int32(descriptor), F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    }

    private func configurationFile() throws -> (name: String, text: String)? {
        guard let name = config ?? ProcessInfo.processInfo.environment["FOVEA_CONFIG"] else { return nil }
        guard let data = FileManager.default.contents(atPath: name) else {
            throw ConfigurationError.unreadableFile(name)
        }
        return (name, String(decoding: data, as: UTF8.self))
    }

    /// A client that hangs up, or a log file at its size limit, must not end the daemon.
    private func ignoreSignals() {
        for number in [SIGPIPE, SIGXFSZ, SIGHUP] { signal(number, SIG_IGN) }
    }
}

/// SIGTERM and SIGINT: the first asks for a graceful stop, the second exits at once.
private final class StopSignals: Sendable {
    private let stream: AsyncStream<Void>
    /// Made and resumed here, then only kept alive.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        let queue = DispatchQueue(label: "fovea.signals")
        nonisolated(unsafe) var isStopping = false  // touched on `queue` only
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if isStopping || source.data > 1 {
                    let line = Array("a second signal: exiting at once, requests in flight are cut off\n".utf8)
                    _ = write(STDERR_FILENO, line, line.count)
                    _exit(1)
                }
                isStopping = true
                continuation.yield()
            }
            source.resume()
            return source
        }
    }

    func first() async {
        for await _ in stream { return }
    }
}
