/// What of a network is measured.
public enum BenchedPart: Sendable {
    /// All of a classifier or a detector; the encoder of images of a segmenter, which runs once an image.
    case network
    /// The decoder of masks of a segmenter, which runs once a prompt: here a click in the middle, and three masks for it.
    case decoder
}
