import FoveaHTTP
import FoveaImage
import FoveaServing
import FoveaStore

/// The settings as the modules below want them.
extension Configuration {
    var http: HTTPServerConfiguration {
        var limits = HTTPLimits()
        limits.bodyBytes = maxBodyBytes
        limits.bufferedBodyBytes = max(maxBufferedBodyBytes, maxBodyBytes)
        limits.fieldSectionBytes = maxHeaderBytes
        limits.fieldCount = maxHeaderFields
        limits.connections = maxConnections
        limits.connectionsPerAddress = maxConnectionsPerAddress
        limits.requestsPerConnection = maxRequestsPerConnection
        limits.headTimeout = .seconds(headTimeout)
        limits.bodyTimeout = .seconds(bodyTimeout)
        limits.sendTimeout = .seconds(sendTimeout)
        limits.keepAliveIdle = .seconds(idleTimeout)
        // As in a URL, an IPv6 address may stand in brackets.
        let address = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return HTTPServerConfiguration(
            host: address, port: port, limits: limits, drainLimit: .seconds(drainTimeout))
    }

    var imageLimits: ImageLimits {
        var limits = ImageLimits()
        limits.pixels = maxImagePixels
        limits.side = maxImageSide
        limits.decodeTime = decodeTimeout
        limits.decodeMemory = decodeMemoryBytes
        return limits
    }

    var registry: RegistrySettings {
        let jobs = JobLimits(
            queueCapacity: queueCapacity, queueTime: .seconds(queueTime), timeout: .seconds(inferenceTimeout),
            image: imageLimits)
        return RegistrySettings(
            defaultClassifier: defaultClassifier, jobs: jobs, memoryBytes: modelMemoryBytes,
            watchInterval: .seconds(watchInterval),
            selfTestInterval: .seconds(selfTestInterval))
    }

    var requestLog: RequestLogSettings {
        var settings = RequestLogSettings()
        settings.maxBytes = requestLogBytes
        settings.maxRows = requestLogRows
        settings.maxAge = .seconds(requestLogDays * 86400)
        return settings
    }

    var metricsHistory: MetricsHistorySettings {
        var settings = MetricsHistorySettings()
        settings.maxAge = .seconds(statsDays * 86400)
        return settings
    }

    var imageStore: ImageStoreSettings {
        var settings = ImageStoreSettings()
        settings.budget = imageStoreBytes
        return settings
    }
}
