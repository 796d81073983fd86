/// An engine that recognises whole recordings.
public protocol PrerecordedEngine: Sendable {
    var name: EngineName { get }
    var capabilities: Capabilities { get }

    /// Recognises `recording`. Honours task cancellation between windows.
    ///
    /// - Parameter progress: called as work goes on, in order, from any thread.
    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript
}

/// Recorded audio on disk.
public struct Recording: Sendable, Equatable {
    /// The file's path.
    public var path: String
    /// `.raw` when the file has no container to describe it.
    public var format: AudioFormat
    /// SHA-256 of the file's content, lower-case hexadecimal: the same recording sent again, in another file, is known by it. nil: not known; the
    /// file itself stands for the recording.
    package var digest: String?

    public init(path: String, format: AudioFormat = .container) {
        self.path = path
        self.format = format
    }
}

public struct RecognitionOptions: Sendable, Equatable {
    public var language: LanguageTag?
    public var model: String?
    /// Recognise each channel by itself; otherwise they are mixed to one.
    public var separateChannels: Bool
    public var diarize: Bool
    public var keyterms: [String]
    public var workload: Workload
    /// True if the times of words matter; their text alone costs less.
    public var wordTimes: Bool
    /// The engine's own answer is wanted too: `Transcript.raw`.
    public var keepsRaw: Bool
    /// Somebody waits for it from second to second, and another engine can be asked instead: an engine that fails is not tried for long.
    public var isUrgent: Bool

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
    /// The request was refused for now, or did not arrive, and was sent again.
    case askedAgain
    /// The engine may have taken the recording, and what it would answer is lost for good: asked again, it may count, and charge, the work twice.
    case answerLost
    /// Everything before `through` is done; `of` is the recording's length where it is known in advance. Both at `rate`.
    case reached(through: SampleIndex, of: SampleCount?, rate: SampleRate)
    /// The next stretch of speech, final, in order within its channel.
    case segment(ChannelIndex, words: [Word], rate: SampleRate)
}
