/// An engine that recognises whole recordings.
public protocol PrerecordedEngine: Sendable {
    var name: EngineName { get }
    var capabilities: Capabilities { get }

    /// Recognises `recording`. Checks between windows whether the task was cancelled.
    ///
    /// - Parameter progress: takes the progress of the work, in order, on any thread.
    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript
}

/// Recorded audio on disk.
public struct Recording: Sendable, Equatable {
    /// The file's path.
    public var path: String
    /// The file's format; `.raw` when the file has no container that describes the audio.
    public var format: AudioFormat
    /// SHA-256 of the file's content, in lower-case hexadecimal: identifies a recording that is sent again in another file. nil when it is not known:
    /// the path then identifies the recording.
    package var digest: String?
    /// The sound tracks that are heard.
    public var tracks = TrackChoice.usual

    public init(path: String, format: AudioFormat = .container) {
        self.path = path
        self.format = format
    }
}

public struct RecognitionOptions: Sendable, Equatable {
    /// The spoken language, by its usual code; nil: the engine finds it, or has one of its own.
    @EngineLanguage public var language: LanguageTag?
    public var model: String?
    /// True if each channel is recognised by itself; false: the channels are mixed to one.
    public var separateChannels: Bool
    public var diarize: Bool
    public var keyterms: [String]
    public var workload: Workload
    /// True if the times of words are needed. Text without times costs less.
    public var wordTimes: Bool
    /// True if the engine's own answer is wanted too, in `Transcript.raw`.
    public var keepsRaw: Bool
    /// True if a client waits for the result right now and another engine can be asked instead. The engine then gives up early on failures.
    public var isUrgent: Bool
    /// The sound tracks that are heard. The caller of an engine gives the recording the same choice.
    package var tracks = TrackChoice.usual
    /// Rule for hiding sensitive words before anybody gets the transcript; nil: nothing is hidden. An engine that can hide them may do so too.
    package var redaction: RedactionRule?
    /// The client's options in the words of its protocol's vendor; nil: none.
    package var vendorOptions: VendorOptions?
    /// Options that several vendors have.
    package var shared = SharedOptions()
    /// Voices whose names the speakers get, where speakers are told apart. Engines without such a choice ignore them.
    package var references: [ReferenceVoice] = []

    public init(
        language: LanguageTag? = nil, model: String? = nil, separateChannels: Bool = false, diarize: Bool = false, keyterms: [String] = [],
        workload: Workload = .sync, wordTimes: Bool = true, keepsRaw: Bool = false, isUrgent: Bool = false
    ) {
        self.language = language
        self.model = model
        self.separateChannels = separateChannels
        self.diarize = diarize
        self.keyterms = keyterms
        self.workload = workload
        self.wordTimes = wordTimes
        self.keepsRaw = keepsRaw
        self.isUrgent = isUrgent
    }
}

public enum RecognitionProgress: Sendable, Equatable {
    /// The request was rejected for now, or did not arrive, so it was sent again.
    case askedAgain
    /// The engine may have received the recording, but its answer is lost for good. A new request may be counted, and charged, a second time.
    case answerLost
    /// Everything before `through` is recognized. `of` is the recording's length; nil when the length is not known in advance. Both are at `rate`.
    case reached(through: SampleIndex, of: SampleCount?, rate: SampleRate)
    /// The words of the next stretch of speech: final, and in order within their channel.
    case segment(ChannelIndex, words: [Word], rate: SampleRate)
}
