import ArgumentParser
import FoveaModels
import FoveaServing

struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Say what photographs show, without a server.")

    @OptionGroup var photographs: PhotographArguments

    @Option(help: "Model to ask, NAME or NAME:VERSION (default: efficientnet-lite0, else the first by name).")
    var model: String?

    @Option(name: .customLong("top"), help: "How many predictions to show for each image, 1 to 1000.")
    var top = 5

    func validate() throws {
        guard (1...1000).contains(top) else { throw ValidationError("--top must be 1 to 1000") }
    }

    func run() async throws {
        try await photographs.answer(by: model, for: .classify) { model, bytes in
            try await model.classify(bytes, top: top, isExact: photographs.exact)
        } text: {
            table($0)
        }
    }

    /// A line with a bar for each prediction.
    private func table(_ answer: Classification) -> String {
        let width = answer.predictions.map(\.label.count).max() ?? 0
        return answer.predictions.map { prediction in
            let label = prediction.label + String(repeating: " ", count: width - prediction.label.count)
            let tenths = Int((prediction.score * 1000).rounded())
            let percent = "\(tenths / 10).\(tenths % 10) %"
            let bar = String(repeating: "█", count: Int((prediction.score * 40).rounded()))
            return "  \(label)  \(String(repeating: " ", count: max(0, 7 - percent.count)))\(percent)  \(bar)"
        }.joined(separator: "\n")
    }
}
