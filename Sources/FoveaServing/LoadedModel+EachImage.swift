extension LoadedModel {
    /// What `answer` says of each of some photographs, in their order.
    ///
    /// - Throws: what the first that fails throws; where it can't be read, `ServingError.imageOfBatch`, which names it.
    func answers<Answer: Sendable>(
        to images: [ArraySlice<UInt8>], _ answer: @escaping @Sendable (ArraySlice<UInt8>) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, bytes) in images.enumerated() {
                group.addTask {
                    do { return (index, try await answer(bytes)) } catch ServingError.image(let error) {
                        throw ServingError.imageOfBatch(index: index, error)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
