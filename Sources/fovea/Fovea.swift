import ArgumentParser
import FoveaTensor

/// The command line: one file per subcommand.
@main
struct Fovea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fovea",
        abstract: "A vision model server: photographs in, labels, boxes and masks out.",
        discussion: """
            Fetch a model, then serve it or use it at once:

              fovea models pull efficientnet-lite0
              fovea serve
              fovea classify cat.jpg

            Shell completion: fovea --generate-completion-script bash|zsh|fish
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, ClassifyCommand.self, DetectCommand.self, SegmentCommand.self, ModelsCommand.self,
            InspectCommand.self, EvaluateCommand.self, BenchCommand.self,
        ])

    static func main() async {
        TensorMemory.configureHeap()
        configureOpenBLAS()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch { exit(withError: error) }
    }
}
