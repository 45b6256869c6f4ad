import FoveaNN
import FoveaTensor

/// A stage of the backbone: a unit that halves the image in two branches, then units that filter one half of the channels.
///
/// | Key               | Content |
/// | ----------------- | ------- |
/// | `0.branch_left.*` | see `ShuffleBranch` |
/// | `U.branch.*`      | the same, for every unit |
struct SNetStage: Sendable {
    private let shortcut: ShuffleBranch
    private let branches: [ShuffleBranch]
    private let mixing: DetectorHabits.ChannelMixing

    /// The shortcut keeps the width of its input in the authors' release, elsewhere it makes half of the output: its tensors
    /// tell which.
    init(
        _ weights: Weights, input: Int, output: Int, units: Int, mixing: DetectorHabits.ChannelMixing
    ) throws(CheckpointError) {
        self.mixing = mixing
        let half = output / 2
        let left = try weights.at("0.branch_left").length(ofFirstAxisOf: "2.weight") == half ? half : input
        shortcut = try ShuffleBranch(shortcut: weights.at("0.branch_left"), input: input, output: left, kernel: 5)
        var branches = [
            try ShuffleBranch(
                weights.at("0.branch"), input: input, hidden: half, output: output - left, stride: 2, kernel: 5)
        ]
        for unit in 1..<units {
            branches.append(
                try ShuffleBranch(
                    weights[unit]["branch"], input: half, hidden: half, output: half, stride: 1, kernel: 5))
        }
        self.branches = branches
    }

    /// Throws between two units when nobody waits for the result any more.
    func callAsFunction(_ x: Tensor) throws(Cancelled) -> Tensor {
        var (kept, filtered) = (shortcut(x), branches[0](x))
        for branch in branches.dropFirst() {
            try Cancellation.check()
            let halves = parted(kept, filtered)
            (kept, filtered) = (halves.kept, branch(halves.filtered))
        }
        let joined = Tensor.concatenated([kept, filtered])
        return mixing == .shuffledOutput ? joined.shuffled(groups: 2) : joined
    }

    /// The channels that the next unit keeps, and those that it filters.
    private func parted(_ first: Tensor, _ second: Tensor) -> (kept: Tensor, filtered: Tensor) {
        if mixing == .evenOdd {
            let (even, odd) = Tensor.alternateChannels(of: first, second)
            return (even, odd)
        }
        let interleaved = Tensor.concatenated([first, second]).shuffled(groups: 2)
        let half = interleaved.shape[3] / 2
        return (interleaved.sliced(3, 0..<half), interleaved.sliced(3, half..<2 * half))
    }
}
