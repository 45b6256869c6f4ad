import FoveaJSON
import ArgumentParser
import FoveaServing

/// `fovea inspect`: what is in a checkpoint, and which networks it fits.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the tensors of a checkpoint and which architectures they fit.")

    @Argument(help: "The checkpoint: safetensors, or what torch.save wrote.") var file: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let inspection = try CheckpointInspection(contentsOf: file, catalogue: .builtIn())
        print(json ? inspection.json.prettyText : inspection.text, terminator: "")
    }
}
