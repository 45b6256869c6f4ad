/// One version of one model, as the registry keeps it.
struct ModelSlot: Sendable {
    /// What is meant to become of it.
    enum Intent: Sendable, Equatable {
        case serve
        /// Not one of those that the model's policy names.
        case excluded
        /// Somebody asked for that, until somebody asks for the opposite.
        case unloaded
        /// Made room for others; loaded again when it is asked for.
        case evicted
    }

    let name: String
    let version: Int
    /// What its folder holds, or what is wrong with it.
    var model: Result<InstalledModel, RepositoryError>
    var files: FolderStamp
    /// Which versions of its model are to serve.
    var policy: VersionPolicy
    var intent = Intent.serve
    /// What answers.
    var loaded: LoadedModel?
    /// Whether its folder is gone: it answers until another version does.
    var isGone = false
    /// Whether it is being loaded, for the first time or anew beside the one that answers.
    var isLoading = false
    /// Whether what its folder holds was not tried yet.
    var isStale = true
    /// Why the last attempt to load it failed, or why it stopped answering.
    var problem: String?
    /// Whether the daemon is not ready without it: what was there when it started, and what has answered since.
    var isRequired: Bool
    /// When it was last asked for.
    var lastUse: ContinuousClock.Instant = .now
    /// The memory that it takes: measured when it was loaded last, before that the size of its file.
    var expectedBytes: Int
    /// Versions that finish what they have begun.
    var retired: [Retired] = []

    struct Retired: Sendable {
        private(set) weak var model: LoadedModel?
        init(_ model: LoadedModel) { self.model = model }
    }

    init(
        name: String, version: Int, model: Result<InstalledModel, RepositoryError>, files: FolderStamp,
        policy: VersionPolicy, isRequired: Bool
    ) {
        (self.name, self.version, self.model, self.files) = (name, version, model, files)
        (self.policy, self.isRequired) = (policy, isRequired)
        switch model {
        case .success(let model): expectedBytes = model.weightsBytes
        case .failure(let error):
            expectedBytes = 0
            problem = "\(error)"
            isStale = false
        }
    }

    /// Lets what answers answer nothing new, and returns it if there was something.
    mutating func retire() -> Retired? {
        guard let model = loaded else { return nil }
        let last = Retired(model)
        (loaded, retired) = (nil, draining + [last])
        return last
    }

    var installed: InstalledModel? { try? model.get() }
    var draining: [Retired] { retired.filter { $0.model != nil } }
    var isPinned: Bool { installed?.card.isPinned ?? false }
    /// Whether it answers, at once or after it was loaded again.
    var isGood: Bool { loaded != nil || intent == .evicted }

    var state: ModelState {
        if loaded != nil { return .ready }
        if isLoading { return .loading }
        if !draining.isEmpty { return .unloading }
        if problem != nil { return .failed }
        return intent == .serve ? .loading : .unloaded
    }

    /// Why it does not answer, or why the files that lie there now don't.
    var reason: String? {
        if let problem { return problem }
        guard loaded == nil else { return nil }
        switch intent {
        case .serve: return nil
        case .excluded: return "versions.json lets \(policy.description) serve"
        case .unloaded: return "it was unloaded; load it with POST /v2/repository/models/\(name)/load"
        case .evicted: return "it made room for others and is loaded again when it is asked for"
        }
    }
}

/// What a version of a model is doing.
public enum ModelState: String, Sendable, CaseIterable {
    case loading
    case ready
    /// It finishes what it has begun.
    case unloading
    case unloaded
    case failed
}
