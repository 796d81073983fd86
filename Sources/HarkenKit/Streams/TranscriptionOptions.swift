import Framing
public import Speech
import Tracing

/// Options of a stream. An option that is nil is not sent, so the engine's default applies.
public struct TranscriptionOptions: Sendable, Equatable {
    /// Sample rate of the audio that the engine gets, 8,000 to 96,000 Hz. The audio is 16-bit PCM, mono. Audio that is pushed with another rate is
    /// resampled. A change during a stream has no effect.
    public var sampleRate: SampleRate = .speech
    /// Audio in one message, 50 ms to 1 s. Short messages give less latency, long ones give fewer messages. Audio that is pushed in longer pieces is
    /// split. A vendor whose own minimum is longer gets that.
    public var bufferDuration: Duration = .milliseconds(50)
    /// The spoken language. nil: a vendor's engine and `Local` find it; `Harken`'s gateway takes the speech for English, unless its user has said which
    /// languages they speak. `multi`: each of them finds it. Where a model cannot find the language, as those of `Speechmatics`, the speech is taken
    /// for English.
    public var language: LanguageTag? = .english
    /// The model, by the vendor's own name.
    public var model: String?
    /// True if finals have capitals and punctuation, where the engine has such an option.
    public var formattedTurns: Bool?
    /// Confidence that the engine needs to end a turn, 0…1.
    public var endOfTurnConfidence: Float?
    /// Silence that ends a turn when the engine has the confidence `endOfTurnConfidence`.
    public var minimumTurnSilence: Duration?
    /// Silence that ends a turn in any case.
    public var maximumTurnSilence: Duration?
    /// Terms that are likely to be said.
    public var keyterms: [String] = []
    /// True if words carry speaker labels. Where an engine of a stream gives none, the voice model of `Local` tells the voices apart, if `Local` is among
    /// the engines; final words then wait for their speaker, usually at most 0.3 s. A change during a stream has no effect.
    public var tellsSpeakersApart = false
    /// Options that only the engine's vendor has, by the vendor's own names. They are sent as they are, to every vendor that makes up the engine; options
    /// that describe the audio, or that carry keys, are left out. In a query, a list is a repeated parameter (Deepgram) or JSON text (AssemblyAI). New
    /// values have effect on new streams.
    public var vendorOptions: [String: JSON] = [:]
    /// True if the stream reports each message of the vendor as it came (`StreamEvent.message`). A change during a stream has no effect.
    public var reportsMessages = false
    /// True if `userStoppedSpeaking()` makes the engine finalize at once.
    public var forcesEndpointWhenUserStops = true
    /// Rules by which connections are opened, and opened again. A change has effect on new streams. A stream of `Harken` waits for its gateway by its own rule.
    public var connection = ConnectionOptions()
    /// The program's own span, as a `traceparent` of W3C's Trace Context. Spans of streams and files become its children. See `Traces`.
    public var traceParent: String?

    /// The defaults: 16 kHz, 50 ms, English, an endpoint when the user stops speaking.
    public init() {}

    var streamOptions: StreamOptions {
        var options = StreamOptions(
            rate: sampleRate, language: language, model: model, turn: turn, keyterms: keyterms, diarize: tellsSpeakersApart,
            formatted: formattedTurns)
        options.vendorOptions = ownOptions
        options.reportsMessages = reportsMessages
        options.shortestPiece = piece
        options.longestPiece = piece
        return options
    }

    private var piece: Duration { min(max(bufferDuration, .milliseconds(50)), .seconds(1)) }

    var recognitionOptions: RecognitionOptions {
        var options = RecognitionOptions(language: language, model: model, diarize: tellsSpeakersApart, keyterms: keyterms)
        options.vendorOptions = ownOptions
        return options
    }

    /// `vendorOptions` in the form that engines take; nil when there are none.
    private var ownOptions: VendorOptions? {
        guard !vendorOptions.isEmpty else { return nil }
        return VendorOptions(
            nil, vendorOptions.sorted { $0.key < $1.key }.map { VendorOptions.Option($0.key, .json($0.value.text)) })
    }

    var caller: TraceParent? { traceParent.flatMap { TraceParent(["traceparent": $0]) } }

    private var turn: TurnRule {
        TurnRule(confidence: endOfTurnConfidence, minimumSilence: minimumTurnSilence, maximumSilence: maximumTurnSilence)
    }

    /// Returns the changes that bring a running stream to the options of `other`. The sample rate stays.
    func change(to other: TranscriptionOptions) -> StreamChange {
        var change = StreamChange(
            language: other.language == language ? nil : other.language, model: other.model == model ? nil : other.model,
            turn: other.turn == turn ? nil : other.turn, keyterms: other.keyterms == keyterms ? nil : other.keyterms,
            formatted: other.formattedTurns == formattedTurns ? nil : other.formattedTurns)
        if other.piece != piece { change.piece = other.piece }
        return change
    }
}
