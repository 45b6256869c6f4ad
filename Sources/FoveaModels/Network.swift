/// What a checkpoint becomes, by what it answers.
public enum Network: Sendable {
    case classifier(any Classifier)
    case detector(any Detector)
    case segmenter(any Segmenter)
}
