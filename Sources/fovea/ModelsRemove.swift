import ArgumentParser
import FoveaServing
import Glibc

extension ModelsCommand {
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a model and its files.")

        @OptionGroup var options: RepositoryOptions
        @Argument(help: "The model's name.", transform: ModelName.argument) var name: ModelName
        @Option(help: "Only this version.", transform: versionArgument) var version: Int?
        @Flag(help: "Don't ask.") var yes = false

        func run() throws {
            let repository = options.repository
            _ = try repository.entry(named: name)
            let title = version.map { "\(name) version \($0)" } ?? name.description
            guard try yes || confirm("remove \(title) from \(repository.directory)?") else {
                throw ExitCode.failure
            }
            try repository.remove(name, version: version)
            print("\(title) is removed")
        }

        private func confirm(_ question: String) throws -> Bool {
            guard isatty(STDIN_FILENO) == 1 else {
                throw ValidationError("say --yes to remove a model without being asked")
            }
            print(question, terminator: " [y/N] ")
            fflush(nil)
            return ["y", "yes"].contains(readLine()?.lowercased())
        }
    }
}
