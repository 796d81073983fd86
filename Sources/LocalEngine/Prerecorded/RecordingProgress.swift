import Speakers
import Speech

/// The state of a recording's recognition. Pure, except for the reports that it makes.
struct RecordingProgress {
    private var channels: [[Word]]
    private var stretches: [[RecognizedStretch]]
    private var speakers: [Diarization]
    private let length: SampleCount?
    /// Starts of the windows that have not been reported, by the windows' numbers.
    private var running: [Int: SampleIndex] = [:]
    private var lastIndex = -1
    private var planned = SampleIndex.zero
    private var reported = SampleIndex.zero
    private(set) var isRead = false
    /// The recogniser of the recording; nil until the language is known.
    var recognizer: SpokenLanguageRecognizer? {
        didSet { if doubt == nil, recognizer?.isAssumed == true { doubt = LanguageDoubt() } }
    }
    /// The doubt that the speech is in the language that was assumed; nil where nothing was assumed.
    private var doubt: LanguageDoubt?
    /// Segments that are not reported while the language is in doubt.
    private var held: [RecognitionProgress] = []
    /// Start of the first window whose words are held back; nil: none are.
    private var heldFrom: SampleIndex?

    /// True if the speech is in a language that nobody here knows.
    var isForeign: Bool { doubt?.isForeign ?? false }

    init(channels: Int, length: SampleCount?) {
        self.channels = Array(repeating: [], count: channels)
        stretches = Array(repeating: [], count: channels)
        speakers = Array(repeating: Diarization(), count: channels)
        self.length = length
    }

    /// - Returns: the window's number.
    mutating func began(_ item: RecordingReader.Item) -> Int {
        lastIndex += 1
        running[lastIndex] = item.window.audio.start
        return lastIndex
    }

    /// Notes how far the recording was read.
    ///
    /// - Parameter through: all windows with audio before this position have begun.
    mutating func read(through: SampleIndex, isEnd: Bool) {
        planned = through
        isRead = isEnd
    }

    /// Notes a finished window. Called in the order of the windows' numbers.
    mutating func finished(
        _ index: Int, _ channel: ChannelIndex, _ window: RecognizedWindow, _ passages: [SpeakerListener.Passage],
        _ report: (RecognitionProgress) -> Void
    ) {
        let start = running.removeValue(forKey: index)
        // Words of every model have their language, if the language was found out.
        let found = recognizer?.confidence == nil ? nil : recognizer?.language
        var words = window.words
        if let found { for index in words.indices { words[index].language = found } }
        if channels.indices.contains(channel.number) {
            for passage in passages { speakers[channel.number].add(passage.range, passage.heard) }
        }
        if !words.isEmpty, channels.indices.contains(channel.number) {
            let place = channels[channel.number].count
            stretches[channel.number].append(RecognizedStretch(words: place..<place + words.count, window.measures, tokens: window.tokens))
            channels[channel.number] += words
            if heldFrom == nil { heldFrom = start }
            held.append(.segment(channel, words: words, rate: Recognizer.rate))
            doubt?.add(words)
        }
        if doubt?.isOpen != true {
            for segment in held { report(segment) }
            (held, heldFrom) = ([], nil)
        }
        self.report(report)
    }

    /// Notes the speakers of a stretch, in any order.
    mutating func heard(_ stretch: LocalSpeakers, _ channel: ChannelIndex) {
        if speakers.indices.contains(channel.number) { speakers[channel.number].add(stretch) }
    }

    mutating func report(_ report: (RecognitionProgress) -> Void) {
        // Words that are held back are not reported yet.
        let done = running.values.min() ?? planned, through = min(done, heldFrom ?? done)
        guard through > reported else { return }
        reported = through
        report(.reached(through: through, of: length, rate: Recognizer.rate))
    }

    func transcript(length: SampleCount) -> SpokenTranscript {
        var transcript = Transcript(
            rate: Recognizer.rate, length: length, language: recognizer?.language ?? .english, languageConfidence: recognizer?.confidence,
            model: recognizer?.model ?? Recognizer.modelName,
            channels: channels.map { Transcript.Channel(words: $0, segments: SegmentRule.segments(of: $0)) })
        for index in stretches.indices { transcript.channels[index].stretches = stretches[index] }
        let found = speakers.map { $0.result() }
        for index in found.indices where !found[index].turns.isEmpty { transcript.channels[index].tell(found[index]) }
        return SpokenTranscript(transcript: transcript, voices: found.map(\.voices))
    }
}
