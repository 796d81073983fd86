import Speech

/// The legs whose words a channel commits.
enum CommitSource: Sendable {
    /// One leg at a time. Its words count as they come.
    case single
    /// Several legs that hear the same. Of each span of speech the first final counts.
    case hedged(Panel)
    /// Several legs that hear the same. They vote on the words.
    case voted(Panel)

    init(_ mode: SessionMode) {
        switch mode {
        case .failover, .shadow: self = .single
        case .hedged: self = .hedged(Panel())
        case .ensemble: self = .voted(Panel())
        }
    }

    var isSingle: Bool { if case .single = self { true } else { false } }

    /// The legs that hear the channel together; nobody in `single`.
    var panel: Panel {
        get {
            switch self {
            case .single: Panel()
            case .hedged(let panel), .voted(let panel): panel
            }
        }
        // In place: while it is changed, nothing else holds it.
        _modify {
            switch self {
            case .single:
                var nobody = Panel()
                yield &nobody
            case .hedged(var panel):
                self = .single
                defer { self = .hedged(panel) }
                yield &panel
            case .voted(var panel):
                self = .single
                defer { self = .voted(panel) }
                yield &panel
            }
        }
    }
}
