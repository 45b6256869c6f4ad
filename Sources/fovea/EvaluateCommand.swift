import ArgumentParser

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure how good a model is on photographs that somebody has annotated.",
        discussion: """
            A dataset is a folder with photographs and their annotations in COCO's format, annotations.json:

              fovea evaluate detect street-scenes
              fovea evaluate detect val2017 --annotations instances_val2017.json
              fovea evaluate segment street-scenes
            """,
        subcommands: [EvaluateDetectCommand.self, EvaluateSegmentCommand.self])
}
