import FoveaModels

extension ModelCard {
    /// The architecture's published preprocessing with what the card replaces.
    ///
    /// - Throws: also where the task leaves no choice: what is found must be told in pixels of the photograph, and a
    ///   classifier has nothing to see beside it.
    func input(replacing published: InputSpecification) throws(CardError) -> InputSpecification {
        guard let input else { return published }
        switch (task, input.resize) {
        case (.detect, .crop):
            throw .invalid(
                field: "input.resize", got: "a crop",
                expected: "\"stretch\" or \"letterbox\": a detector sees the whole picture")
        case (.classify, .letterbox):
            throw .invalid(
                field: "input.resize", got: "\"letterbox\"",
                expected: "\"stretch\" or an object with shorter_side and filter where the task is classify")
        default: return try input.applied(to: published)
        }
    }
}
