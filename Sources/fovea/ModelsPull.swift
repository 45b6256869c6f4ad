import ArgumentParser
import FoveaServing

extension ModelsCommand {
    struct Pull: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch a published model, check it and install it.",
            discussion: "fovea models list --available names them. A cut download goes on where it ended.")

        @OptionGroup var options: RepositoryOptions
        @Argument(help: "The model's name in the catalogue.", transform: ModelName.argument) var name: ModelName

        func run() throws {
            let entry = try Catalogue.builtIn().entry(named: name.description)
            let progress = ModelsPullProgress(of: entry)
            let result = try progress.following { try options.repository.pull(entry, report: $0) }
            switch result {
            case .fetched(let model): print("\(model.name) is in \(model.directory)")
            case .alreadyThere(let model): print("\(model.name) is already in \(model.directory)")
            }
        }
    }
}
