import FoveaJSON
import ArgumentParser
import FoveaServing

extension ModelsCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the models, and what is wrong with those that are.")

        @OptionGroup var options: RepositoryOptions
        @Flag(help: "List what can be fetched instead.") var available = false
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            if available {
                let list = CatalogueList(try .builtIn())
                return print(json ? list.json.prettyText : list.text, terminator: "")
            }
            let list = ModelList(try options.repository.entries())
            if json { return print(list.json.prettyText, terminator: "") }
            if list.isEmpty {
                return print("no models in \(options.repository.directory); see fovea models list --available")
            }
            print(list.text, terminator: "")
        }
    }
}
