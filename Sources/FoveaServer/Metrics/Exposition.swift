import FoveaServing
import FoveaStore
import FoveaTensor

/// What `GET /metrics` shows, all of it: counters, histograms, and gauges read at this moment.
extension ServerContext {
    func exposition() -> [UInt8] {
        var text = PrometheusText()
        write(metrics.snapshot, to: &text)
        writeModels(to: &text)
        if configuration.metricsCompat == .triton { text.writeTriton(registry.summaries.compactMap(\.loaded)) }
        writeEmbeddings(to: &text)
        text.family("fovea_connections", .gauge, "Open connections.")
        text.sample("fovea_connections", [:], server.connections)
        text.family("fovea_log_dropped_total", .counter, "Rows of the request log that were lost.")
        text.sample("fovea_log_dropped_total", [:], requestLog.dropped)
        text.family("fovea_database_damaged_total", .counter, "Damaged databases that were moved aside.")
        for (database, count) in [
            ("images", images.store.damagedFiles), ("metrics", history.store.damagedFiles),
            ("requests", requestLog.damagedFiles),
        ] {
            text.sample("fovea_database_damaged_total", ["database": database], count)
        }
        text.family("fovea_build_info", .gauge, "1, with the version and the instruction set in use.")
        text.sample("fovea_build_info", ["version": Daemon.version, "isa": Kernels.isaName], 1)
        writeProcess(to: &text)
        return text.bytes
    }

    private func write(_ values: Metrics.Values, to text: inout PrometheusText) {
        text.family("fovea_requests_total", .counter, "Requests answered, by route, model and status.")
        for (key, count) in values.requests.sorted(by: { $0.key < $1.key }) {
            text.sample(
                "fovea_requests_total", ["route": key.route, "model": key.model, "code": "\(key.code)"], count)
        }
        text.family("fovea_request_seconds", .histogram, "Time from a request's first byte until its answer is made.")
        for (route, histogram) in values.seconds.sorted(by: { $0.key < $1.key }) {
            text.histogram("fovea_request_seconds", ("route", route), histogram)
        }
        text.family("fovea_decode_seconds", .histogram, "Time to decode and resize an image.")
        text.histogram("fovea_decode_seconds", nil, values.decode)
        for (name, help, histograms) in [
            ("fovea_queue_seconds", "Time an image waited for the compute pool.", values.queue),
            ("fovea_inference_seconds", "Time the network took.", values.inference),
        ] {
            text.family(name, .histogram, help)
            for (model, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
                text.histogram(name, ("model", model), histogram)
            }
        }
        text.family("fovea_rejected_total", .counter, "Requests refused for lack of room or time, by error code.")
        for (reason, count) in values.rejected.sorted(by: { $0.key < $1.key }) {
            text.sample("fovea_rejected_total", ["reason": reason], count)
        }
        text.family("fovea_inflight_requests", .gauge, "Requests being answered.")
        text.sample("fovea_inflight_requests", [:], values.inFlight)
    }

    private func writeModels(to text: inout PrometheusText) {
        let models = registry.summaries
        text.family("fovea_model_ready", .gauge, "1 for a model that serves, else 0.")
        for model in models {
            text.sample(
                "fovea_model_ready", ["model": model.name, "version": model.version], model.state == .ready ? 1 : 0)
        }
        text.family("fovea_model_bytes", .gauge, "Memory of a model's weights.")
        for model in models {
            text.sample("fovea_model_bytes", ["model": model.name, "version": model.version], model.bytes)
        }
        text.family("fovea_batch_size", .histogram, "Images in one run of the network.")
        let batches = models.compactMap(\.loaded).reduce(into: [:]) { sizes, model in
            sizes[model.name, default: BatchSizes()].add(model.statistics.snapshot)
        }
        for (model, sizes) in batches.sorted(by: { $0.key < $1.key }) {
            text.histogram("fovea_batch_size", ("model", model), sizes)
        }
        let queues = registry.queues
        text.family("fovea_pending_requests", .gauge, "Jobs that wait for a model.")
        for queue in queues { text.sample("fovea_pending_requests", ["model": queue.model], queue.pending) }
        text.family("fovea_queue_oldest_seconds", .gauge, "How long the oldest waiting job has waited.")
        for queue in queues {
            text.sample("fovea_queue_oldest_seconds", ["model": queue.model], queue.oldestWait / .seconds(1))
        }
    }

    private func writeEmbeddings(to text: inout PrometheusText) {
        let embeddings = registry.embeddings
        text.family(
            "fovea_embedding_cache_requests_total", .counter, "Embeddings asked for, by where they came from.")
        let counts = embeddings.requests
        for origin in EmbeddingOrigin.allCases {
            text.sample(
                "fovea_embedding_cache_requests_total", ["result": origin.rawValue], counts[origin, default: 0])
        }
        text.family("fovea_embedding_cache_bytes", .gauge, "Size of the embeddings that are kept.")
        for (tier, bytes) in [("memory", embeddings.bytes), ("disk", embeddings.bytesOnDisk)] {
            text.sample("fovea_embedding_cache_bytes", ["tier": tier], bytes)
        }
    }

    private func writeProcess(to text: inout PrometheusText) {
        let process = ProcessStatistics.read()
        text.family("process_cpu_seconds_total", .counter, "User and system time spent.")
        text.sample("process_cpu_seconds_total", [:], process.cpuSeconds)
        text.family("process_start_time_seconds", .gauge, "Start time in Unix seconds.")
        text.sample("process_start_time_seconds", [:], Daemon.startTime)
        for (name, help, value) in [
            ("process_resident_memory_bytes", "Resident memory.", process.residentBytes),
            ("process_virtual_memory_bytes", "Virtual memory.", process.virtualBytes),
            ("process_open_fds", "Open file descriptors.", process.openDescriptors),
            ("process_max_fds", "Most file descriptors allowed.", process.maxDescriptors),
        ] {
            text.family(name, .gauge, help)
            text.sample(name, [:], value)
        }
    }
}
