import Framing
public import Speech
import Tracing

/// Options of a stream. An option that is nil is left to the engine: it is not sent at all.
public struct TranscriptionOptions: Sendable, Equatable {
    /// Sample rate of the pushed audio, which is 16-bit PCM, mono. 8,000 to 96,000 Hz.
    public var sampleRate: SampleRate = .speech
    /// Audio in one message: less latency or fewer messages. 50 ms to 1 s.
    public var bufferDuration: Duration = .milliseconds(50)
    public var language: LanguageTag? = .english
    /// The vendor's name of a model.
    public var model: String?
    /// True if finals shall have capitals and punctuation, where the engine lets one choose.
    public var formattedTurns: Bool?
    /// 0…1: how sure the engine must be that a turn is over.
    public var endOfTurnConfidence: Float?
    /// Silence that ends a turn of which the engine is that sure.
    public var minimumTurnSilence: Duration?
    /// Silence that ends a turn in any case.
    public var maximumTurnSilence: Duration?
    /// Terms that are likely to be said.
    public var keyterms: [String] = []
    /// True if words shall carry speakers, where the engine tells speakers apart.
    public var tellsSpeakersApart = false
    /// True if `userStoppedSpeaking()` makes the engine say at once what it has heard.
    public var forcesEndpointWhenUserStops = true
    /// The program's own span, as a `traceparent` of W3C's Trace Context: spans of streams and files become part of it. See `Traces`.
    public var traceParent: String?

    /// The defaults: 16 kHz, 50 ms, English, an endpoint when the user stops speaking.
    public init() {}

    var streamOptions: StreamOptions {
        StreamOptions(
            rate: sampleRate, language: language, model: model, turn: turn, keyterms: keyterms, diarize: tellsSpeakersApart,
            formatted: formattedTurns)
    }

    var recognitionOptions: RecognitionOptions {
        RecognitionOptions(language: language, model: model, diarize: tellsSpeakersApart, keyterms: keyterms)
    }

    var caller: TraceParent? { traceParent.flatMap { TraceParent(["traceparent": $0]) } }

    private var turn: TurnRule {
        TurnRule(confidence: endOfTurnConfidence, minimumSilence: minimumTurnSilence, maximumSilence: maximumTurnSilence)
    }

    /// The changes that make a running stream as `other` says. The sample rate and the buffer stay as they are.
    func change(to other: TranscriptionOptions) -> StreamChange {
        StreamChange(
            language: other.language == language ? nil : other.language, model: other.model == model ? nil : other.model,
            turn: other.turn == turn ? nil : other.turn, keyterms: other.keyterms == keyterms ? nil : other.keyterms,
            formatted: other.formattedTurns == formattedTurns ? nil : other.formattedTurns)
    }
}
