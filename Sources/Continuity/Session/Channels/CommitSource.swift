import Speech

/// The legs whose words a channel commits.
enum CommitSource: Sendable {
    /// One leg at a time. All its words count.
    case single
    /// Several legs that hear the same audio. For each span of speech, the first final counts.
    case hedged(Ensemble)
    /// Several legs that hear the same audio and vote on the words.
    case voted(Ensemble)

    init(_ mode: SessionMode) {
        switch mode {
        case .failover, .shadow: self = .single
        case .hedged: self = .hedged(Ensemble())
        case .ensemble: self = .voted(Ensemble())
        }
    }

    var isSingle: Bool { if case .single = self { true } else { false } }

    /// True if a final of several legs waits to be settled.
    var hasFinals: Bool {
        switch self {
        case .single: false
        case .hedged(let ensemble), .voted(let ensemble): ensemble.hasFinals
        }
    }

    /// The legs that hear the channel together; empty in `single`.
    var ensemble: Ensemble {
        get {
            switch self {
            case .single: Ensemble()
            case .hedged(let ensemble), .voted(let ensemble): ensemble
            }
        }
        // Changes the ensemble in place: no second copy exists during the change.
        _modify {
            switch self {
            case .single:
                var nobody = Ensemble()
                yield &nobody
            case .hedged(var ensemble):
                self = .single
                defer { self = .hedged(ensemble) }
                yield &ensemble
            case .voted(var ensemble):
                self = .single
                defer { self = .voted(ensemble) }
                yield &ensemble
            }
        }
    }
}
