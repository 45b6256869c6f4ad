import FoveaJSON
import ArgumentParser
import FoveaServing

extension ModelsCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one model's card and its input, or what a pull would fetch.")

        @OptionGroup var options: RepositoryOptions
        @Argument(help: "The model's name.", transform: ModelName.argument) var name: ModelName
        @Option(help: "The version's number (default: the highest good one).", transform: versionArgument)
        var version: Int?
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            do {
                let model = try options.repository.model(named: name, version: version)
                print(json ? model.json.prettyText : model.text, terminator: "")
            } catch RepositoryError.noModel(let name, let directory) {
                guard let entry = try? Catalogue.builtIn().entry(named: name) else {
                    throw RepositoryError.noModel(name, directory: directory)
                }
                print(json ? entry.json.prettyText : entry.text, terminator: "")
            }
        }
    }
}
