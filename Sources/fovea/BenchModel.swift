import ArgumentParser
import FoveaBench
import FoveaJSON
import FoveaServing
import FoveaTensor
import Glibc

extension BenchCommand {
    struct Model: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure a model: the median inference, and the time of each layer.",
            discussion: """
                Times are those of the network alone, on images that are decoded already. The roofline of a layer is \
                the time that this machine's arithmetic or memory needs for it at least, whichever is longer.

                --interactive is for comparing programs in turns: for each line of standard input, a number of rounds, \
                it prints {"ms":[…]}, the time of each round, and waits for the next line without computing.
                """)

        @Argument(help: "NAME or NAME:VERSION in the model folder, a model's own folder, or a checkpoint file.")
        var model: String
        @OptionGroup var repository: RepositoryOptions
        @Option(help: "The network of a checkpoint file (default: the one that its tensors fit).")
        var architecture: String?
        @Option(help: "Threads that compute (default: what this machine allows).") var threads: Int?
        @Option(help: "Images computed at once, 1 to 256.") var batch = 1
        @Option(
            help: "f32, or bf16 where this machine can (default: what the model's card says, else f32).",
            transform: precisionArgument)
        var precision: Precision?
        @Option(help: "How many inferences to time (default: 3 seconds, at least 30 inferences).") var rounds: Int?
        @Option(help: "The input: a file of little-endian float32 [batch, height, width, 3], normalised already.")
        var input: String?
        @Option(help: "Write the logits of the first inference to this file: float32 [batch, classes].")
        var dump: String?
        @Flag(
            help: """
                Measure a segmenter's decoder of masks, with one click on an image, in place of its encoder; --input is \
                then an embedding [64, 64, 256], --dump gets three masks [3, 256, 256].
                """)
        var decoder = false
        @Flag(help: "Time as many rounds as each line of standard input says.") var interactive = false
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            try validateThreads(threads)
            guard (1...256).contains(batch) else { throw ValidationError("--batch must be 1 to 256") }
            guard roundsAllowed.contains(rounds ?? 1) else { throw ValidationError("--rounds must be 1 to 1000000") }
            guard !interactive || (rounds == nil && !json) else {
                throw ValidationError(
                    "--interactive takes its rounds from standard input; --rounds and --json don't fit")
            }
        }

        func run() throws {
            let loaded = try BenchedModel(
                model, architecture: architecture, precision: precision, repository: repository.repository)
            if let precision, loaded.precision != precision {
                standardError("this machine multiplies no bf16: computing in f32 instead\n")
            }
            let pool = ComputePool(threads: threads ?? ComputePool.allowedThreads)
            let bench = try ModelBench(
                loaded, part: decoder ? .decoder : .network, batch: batch, pool: pool, input: input)
            if let dump { try bench.dump(to: dump) }
            if interactive { return try takeTurns(bench) }
            let report = ModelReport(bench, rounds: rounds)
            print(json ? report.json.prettyText : report.text, terminator: "")
        }

        /// Answers every line of standard input with the times of as many rounds.
        private func takeTurns(_ bench: ModelBench) throws {
            bench.warmUp()
            while let line = readLine() {
                guard let rounds = Int(line), roundsAllowed.contains(rounds) else { throw BenchError.wrongRounds(line) }
                let times = bench.milliseconds(rounds: rounds).map { JSONValue.number(($0 * 1000).rounded() / 1000) }
                let answer: JSONValue = ["ms": .array(times)]
                print(String(decoding: answer.bytes, as: UTF8.self))
                fflush(nil)
            }
        }
    }
}

private let roundsAllowed = 1...1_000_000

private func precisionArgument(_ text: String) throws -> Precision {
    guard let precision = ModelCard.Precision(rawValue: text) else { throw ValidationError("expected f32 or bf16") }
    return Precision(precision)
}
