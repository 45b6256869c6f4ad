import HTTPTypes

extension Reply {
    /// Says in `Server-Timing` how long each stage took, in milliseconds: https://www.w3.org/TR/server-timing.
    mutating func setServerTiming(_ stages: [(name: String, duration: Duration)]) {
        fields[.serverTiming] = stages.map { stage in
            "\(stage.name);dur=\((stage.duration / .microseconds(1)).rounded() / 1000)"
        }.joined(separator: ", ")
    }
}
