import FoveaServing

/// The names that Triton Inference Server gives a model's counters, for dashboards and scaling rules written for it.
///
/// https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md. What this program can't tell
/// is left out: failures with the reason `BACKEND`, GPUs, the response cache. A model that is loaded again starts at zero.
extension PrometheusText {
    /// Writes what each of `models` has answered since it was loaded.
    mutating func writeTriton(_ models: [LoadedModel]) {
        let models = models.map { model in (model: model, values: model.statistics.snapshot) }
        for counter in Self.tritonCounters {
            family(counter.name, .counter, counter.help)
            for (model, values) in models { sample(counter.name, Self.labels(model), counter.value(values)) }
        }
        let failures = "nv_inference_request_failure"
        family(failures, .counter, "Requests that were not answered.")
        for (model, values) in models {
            for (failure, reason) in Self.tritonReasons {
                let labels: Labels = ["model": model.name, "version": model.version, "reason": reason]
                sample(failures, labels, values.failures[failure]?.count ?? 0)
            }
        }
        family("nv_inference_pending_request_count", .gauge, "Jobs that wait for a model.")
        for (model, _) in models {
            sample("nv_inference_pending_request_count", Self.labels(model), model.queue.pending)
        }
    }

    private static func labels(_ model: LoadedModel) -> Labels { ["model": model.name, "version": model.version] }

    private static let tritonReasons: KeyValuePairs<ModelStatistics.Failure, String> = [
        .rejected: "REJECTED", .cancelled: "CANCELED", .other: "OTHER",
    ]

    private static let tritonCounters:
        [(name: String, help: String, value: @Sendable (ModelStatistics.Values) -> Int)] =
            [
                ("nv_inference_request_success", "Requests that were answered.", { $0.success.count }),
                ("nv_inference_count", "Images that were answered.", { $0.inferences }),
                ("nv_inference_exec_count", "Runs of the network; a batch is one.", { $0.executions }),
                (
                    "nv_inference_request_duration_us", "Microseconds that the answered requests took.",
                    { microseconds($0.success) }
                ),
                ("nv_inference_queue_duration_us", "Microseconds spent waiting.", { microseconds($0.stages.queue) }),
                (
                    "nv_inference_compute_input_duration_us", "Microseconds spent decoding and resizing.",
                    { microseconds($0.stages.input) }
                ),
                (
                    "nv_inference_compute_infer_duration_us", "Microseconds spent in the network.",
                    { microseconds($0.stages.infer) }
                ),
                (
                    "nv_inference_compute_output_duration_us", "Microseconds spent making answers of scores.",
                    { microseconds($0.stages.output) }
                ),
            ]

    private static func microseconds(_ tally: ModelStatistics.Tally) -> Int {
        Int((tally.duration / .microseconds(1)).rounded(.down))
    }
}
