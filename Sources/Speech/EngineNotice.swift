/// A message of an engine that is not about speech.
public enum EngineNotice: Sendable, Equatable {
    /// The engine names its session. Comes at most once in a stream.
    case session(EngineSession)
    /// A message of the engine as it came; only for a stream that reports messages.
    case message(String)
    /// The engine will recognise only this much more audio.
    case creditsLow(Duration)
    /// The engine reports an error that does not end the stream.
    case complaint(EngineComplaint)
    /// The engine did not take a change of its open stream's options, for this reason in its words. The stream goes on as before, until a new stream with
    /// the options takes over. The stream's vendor does not bill the `unbilled` features of the change; nil: the engine does not say which these are.
    case changeRefused(String, unbilled: UnbilledFeatures? = nil)
    /// The engine has ended the session for good. `.closed` follows.
    case sessionEnded(EngineSessionEnd)
}

/// Features of refused changes, which an open stream never had.
public struct UnbilledFeatures: Sendable, Equatable {
    package let features: Set<BilledFeature>

    package init(_ features: Set<BilledFeature>) { self.features = features }
}

/// An error that an engine reports without ending the stream.
public struct EngineComplaint: Sendable, Equatable, CustomStringConvertible {
    /// The engine's code of the error; empty: the engine has told none.
    public var code: String
    public var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { code.isEmpty ? message : "[\(code)] \(message)" }
}

extension EngineComplaint {
    /// Code of a complaint that final words come late, because recognition is behind the audio.
    package static let lateCode = "late"

    /// Code of a complaint that the next final has no words, because nobody can tell the language of its speech.
    package static let unknownLanguageCode = "unknown_language"

    /// True if the engine reports speech in a language that nobody can tell.
    package var isAboutUnknownLanguage: Bool { code == Self.unknownLanguageCode }

    /// True if the engine reports that final words come late.
    package var isAboutLateness: Bool { code == Self.lateCode }
}

/// The end of a session by its engine.
public struct EngineSessionEnd: Sendable, Equatable {
    /// Duration of the audio that the engine counted.
    public var used: Duration
    /// The engine's word for the reason, such as `max_duration`; empty: the engine has told none.
    public var reason: String

    package init(used: Duration, reason: String) {
        self.used = used
        self.reason = reason
    }
}
