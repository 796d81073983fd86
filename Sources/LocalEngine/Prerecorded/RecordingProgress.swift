import Speakers
import Speech

/// The state of a recording's recognition. Pure, except for the reports that it makes.
struct RecordingProgress {
    private var channels: [[Word]]
    private var stretches: [[RecognizedStretch]]
    private var speakers: [Diarization]
    private let length: SampleCount?
    /// Speech windows that have not been reported, by their numbers.
    private var running: [Int: SpeechWindow] = [:]
    /// The languages of the windows, where they were found out, and the last one of each channel.
    private var tally = LanguageTally()
    private var languages: [LanguageTag?]
    private var lastIndex = -1
    private var planned = SampleIndex.zero
    private var reported = SampleIndex.zero
    private(set) var isRead = false
    /// The recogniser of the recording; nil where each window tells its language.
    var recognizer: SpokenLanguageRecognizer? {
        didSet { if recognizer?.isAssumed == true { assume() } }
    }
    /// The doubt that the speech is in the language that was assumed; nil where nothing was assumed.
    private var doubt: LanguageDoubt?
    /// Segments that are not reported while the language is in doubt.
    private var held: [RecognitionProgress] = []
    /// Start of the first window whose words are held back; nil: none are.
    private var heldFrom: SampleIndex?

    /// True if the speech is in a language that nobody here knows.
    var isForeign: Bool { tally.isEmpty && doubt?.isForeign ?? false }

    /// Facts about the speech that readers have to know.
    var notices: [RecordingNotice] { tally.notices }

    /// Returns the language of a channel's latest window that told its language; nil when none did.
    func language(of channel: ChannelIndex) -> LanguageTag? { languages.indices.contains(channel.number) ? languages[channel.number] : nil }

    private mutating func assume() { if doubt == nil, tally.isEmpty { doubt = LanguageDoubt() } }

    init(channels: Int, length: SampleCount?) {
        self.channels = Array(repeating: [], count: channels)
        stretches = Array(repeating: [], count: channels)
        speakers = Array(repeating: Diarization(), count: channels)
        languages = Array(repeating: nil, count: channels)
        self.length = length
    }

    /// - Returns: the window's number.
    mutating func began(_ item: RecordingReader.Item) -> Int {
        lastIndex += 1
        running[lastIndex] = item.window
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
        let place = running.removeValue(forKey: index), words = window.words
        note(window.found, place?.spoken ?? SampleRange(.zero, .zero), channel)
        if channels.indices.contains(channel.number) {
            for passage in passages { speakers[channel.number].add(passage.range, passage.heard) }
        }
        if !words.isEmpty, channels.indices.contains(channel.number) {
            let count = channels[channel.number].count
            stretches[channel.number].append(RecognizedStretch(words: count..<count + words.count, window.measures, tokens: window.tokens))
            channels[channel.number] += words
            if heldFrom == nil { heldFrom = place?.audio.start }
            held.append(.segment(channel, words: words, rate: Recognizer.rate))
            doubt?.add(words)
        }
        if doubt?.isOpen != true {
            for segment in held { report(segment) }
            (held, heldFrom) = ([], nil)
        }
        self.report(report)
    }

    private mutating func note(_ found: FoundLanguage?, _ speech: SampleRange, _ channel: ChannelIndex) {
        switch found {
        case .language(let language, let confidence, let model):
            tally.add(language, confidence: confidence, model: model, speech)
            if languages.indices.contains(channel.number) { languages[channel.number] = language }
            // Words that were held back fit the recording.
            doubt = nil
        case .unknown: tally.addUnknown(speech)
        case .assumed: assume()
        case .nothing, nil: break
        }
    }

    /// Notes the speakers of a stretch, in any order.
    mutating func heard(_ stretch: LocalSpeakers, _ channel: ChannelIndex) {
        if speakers.indices.contains(channel.number) { speakers[channel.number].add(stretch) }
    }

    mutating func report(_ report: (RecognitionProgress) -> Void) {
        // Words that are held back are not reported yet.
        let done = running.values.map(\.audio.start).min() ?? planned, through = min(done, heldFrom ?? done)
        guard through > reported else { return }
        reported = through
        report(.reached(through: through, of: length, rate: Recognizer.rate))
    }

    /// The speakers of each channel.
    var speakerResults: [Diarization.Result] { speakers.map { $0.result() } }

    func transcript(length: SampleCount) -> SpokenTranscript {
        let found = tally.main
        var transcript = Transcript(
            rate: Recognizer.rate, length: length, language: recognizer?.language ?? found?.language ?? .english,
            languageConfidence: found?.confidence, model: recognizer?.model ?? found?.model ?? Recognizer.modelName,
            channels: channels.map { Transcript.Channel(words: $0, segments: SegmentRule.segments(of: $0)) })
        for index in stretches.indices { transcript.channels[index].stretches = stretches[index] }
        let results = speakerResults
        for index in results.indices where !results[index].turns.isEmpty { transcript.channels[index].tell(results[index]) }
        return SpokenTranscript(transcript: transcript, voices: results.map(\.voices))
    }
}
