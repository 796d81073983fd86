/// A client's changes to its running session. An option that is nil does not change.
public struct StreamChange: Sendable, Equatable {
    /// The new language, by its usual code.
    @EngineLanguage public var language: LanguageTag?
    public var model: String?
    public var endpointing: Duration?
    public var turn: TurnRule?
    public var keyterms: [String]?
    public var formatted: Bool?
    /// The duration of the audio pieces for engines behind a socket, which any stream can change.
    package var piece: Duration?
    /// The time within which words are wanted final (`TurnRule.longestDelay`), which any stream can change: others than the local engine's do not heed it.
    package var longestDelay: Duration?
    /// The same change in the words of the client's protocol, for that protocol's vendor. nil: the vendor's engine is asked in the engine's own words.
    package var vendor: VendorChange?
    /// Options that several vendors have, all of them; nil: they do not change.
    package var shared: SharedOptions?

    public init(
        language: LanguageTag? = nil, model: String? = nil, endpointing: Duration? = nil, turn: TurnRule? = nil, keyterms: [String]? = nil,
        formatted: Bool? = nil
    ) {
        self.language = language
        self.model = model
        self.endpointing = endpointing
        self.turn = turn
        self.keyterms = keyterms
        self.formatted = formatted
    }

    /// True if the change has no effect on any stream.
    package var isEmpty: Bool { aspects.isEmpty && piece == nil && longestDelay == nil && vendor == nil && shared == nil }

    /// The aspects that the change touches.
    public var aspects: Set<StreamAspect> {
        var aspects: Set<StreamAspect> = []
        if language != nil { aspects.insert(.language) }
        if model != nil { aspects.insert(.model) }
        if endpointing != nil { aspects.insert(.endpointing) }
        if turn != nil { aspects.insert(.turn) }
        if keyterms != nil { aspects.insert(.keyterms) }
        if formatted != nil { aspects.insert(.formatted) }
        return aspects
    }
}

/// An option of `StreamOptions` that may change while audio flows.
public enum StreamAspect: Sendable, Hashable, CaseIterable {
    case language, model, endpointing, turn, keyterms, formatted
}

extension StreamOptions {
    public mutating func apply(_ change: StreamChange) {
        if let language = change.language { self.language = language }
        if let model = change.model { self.model = model }
        if let endpointing = change.endpointing { self.endpointing = endpointing }
        if let turn = change.turn { self.turn = turn }
        if let keyterms = change.keyterms { self.keyterms = keyterms }
        if let formatted = change.formatted { self.formatted = formatted }
        if let piece = change.piece { (shortestPiece, longestPiece) = (piece, piece) }
        if let delay = change.longestDelay { turn.longestDelay = delay }
        if let shared = change.shared { self.shared = shared }
        if let vendor = change.vendor { vendorOptions?.apply(vendor) } else { vendorOptions?.drop(change.aspects) }
    }
}
