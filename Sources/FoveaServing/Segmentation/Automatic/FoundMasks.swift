/// Masks that are good enough by themselves, and how many were not.
struct FoundMasks: Sendable {
    var masks: [AutomaticMask] = []
    var dropped = DroppedMasks()

    static func + (a: FoundMasks, b: FoundMasks) -> FoundMasks {
        FoundMasks(masks: a.masks + b.masks, dropped: a.dropped + b.dropped)
    }
}
