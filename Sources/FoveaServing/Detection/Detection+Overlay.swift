public import FoveaImage

extension Detection {
    /// What to draw over the photograph: each box with its label and score.
    public var overlay: [BoxOverlay.Item] {
        predictions.map { prediction in
            let percent = Int((100 * prediction.score).rounded())
            return BoxOverlay.Item(
                box: prediction.box, text: "\(prediction.label) \(percent) %", classID: prediction.classID)
        }
    }
}
