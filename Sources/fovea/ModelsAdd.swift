import ArgumentParser
import FoveaServing

extension ModelsCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a model of a checkpoint.",
            discussion: "The checkpoint is copied, loaded once to prove that it works, and then installed.")

        @OptionGroup var options: RepositoryOptions
        @Argument(help: "The checkpoint: safetensors, or what torch.save wrote.") var file: String
        @Option(help: "The model's name.", transform: ModelName.argument) var name: ModelName
        @Option(help: "The network (default: the one that the tensors fit).") var architecture: String?
        @Option(help: "A file with one class name a line, or imagenet-1k, coco-80 or voc-20.") var labels: String?
        @Option(help: "The version's number, for a model with several.", transform: versionArgument)
        var version: Int?

        func run() throws {
            var addition = ModelRepository.Addition(file: file, name: name)
            (addition.architecture, addition.labels, addition.version) = (architecture, labels, version)
            let model = try options.repository.add(addition, catalogue: .builtIn())
            print("\(model.name) version \(model.version) (\(model.card.architecture)) is in \(model.directory)")
        }
    }
}
