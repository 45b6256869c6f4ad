import ArgumentParser
import FoveaBench
import FoveaJSON
import FoveaTensor
import Glibc

/// `fovea bench`: how fast this machine and a model on it are.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine, or a model on it.",
        discussion: """
            fovea bench machine    what this machine can do at most
            fovea bench MODEL      how long a model's inference takes, and where the time goes

            fovea bench model --help lists the options of the latter.
            """,
        subcommands: [Machine.self, Model.self], defaultSubcommand: Model.self)

    struct Machine: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure clock, arithmetic, products, memory and the compute pool of this machine.")

        @Option(help: "The most threads to use (default: what this machine allows).") var threads: Int?
        @Flag(help: "Print JSON.") var json = false

        func validate() throws { try validateThreads(threads) }

        func run() throws {
            let report = MachineReport.measured(threads: threads ?? ComputePool.allowedThreads)
            print(json ? report.json.prettyText : report.text, terminator: "")
        }
    }
}

func validateThreads(_ threads: Int?) throws {
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads must be 1 to 1024") }
}
