public import FoveaImage

extension Detection {
    /// What to draw over the photograph: each box with its label and score.
    public var overlay: [BoxOverlay.Item] {
        predictions.map { prediction in
            func text(_ label: String, _ score: Float) -> String { "\(label) \(Int((100 * score).rounded())) %" }
            let name = prediction.name.map { ", " + text($0.label, $0.score) } ?? ""
            return BoxOverlay.Item(
                box: prediction.box, text: text(prediction.label, prediction.score) + name, classID: prediction.classID)
        }
    }
}
