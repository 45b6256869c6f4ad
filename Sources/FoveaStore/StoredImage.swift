/// What is known of an uploaded image without reading it.
public struct ImageMetadata: Sendable, Equatable {
    /// The sha256 of the bytes, 64 hexadecimal digits in lower case.
    public var sha256: String
    public var contentType: String
    /// The upright image's size in pixels.
    public var width: Int
    public var height: Int
    /// The size of the upload.
    public var bytes: Int
    /// When it was first uploaded, in seconds since 1970.
    public var created: Double
}

/// An uploaded image, with the bytes as they came.
public struct StoredImage: Sendable, Equatable {
    public var metadata: ImageMetadata
    public var bytes: [UInt8]
}

/// The limits of an image store.
public struct ImageStoreSettings: Sendable, Equatable {
    /// The size of all images together; the least recently used go first.
    public var budget = 1 << 30
    public var synchronous = Synchronous.normal
    /// How long an upload waits for another process's lock before it fails.
    public var busyTimeout = Duration.seconds(5)
    /// Stands for a small disk in tests.
    var maxPages: Int?

    public init() {}
}
