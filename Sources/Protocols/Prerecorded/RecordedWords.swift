import Speech

/// The words of a recording as a vendor reports them, collected into a transcript that keeps Harken's rules: words are in order, within the
/// recording, and have text.
struct RecordedWords {
    static let rate = SampleRate.speech
    /// Minimum silence between two segments.
    static let pause: Duration = .milliseconds(800)
    /// Maximum length of a recording in seconds; a vendor's later times are mistakes.
    private static let longest: Double = 7 * 86_400
    private static let maxChannels = 64

    private var channels: [[Word]] = []
    private var speakers: [String: SpeakerLabel] = [:]
    /// Segments whose words have estimated times, for each channel that has such segments.
    private var estimated: [Int: [Transcript.Segment]] = [:]
    /// Segments of the first channel, with the vendor's own measures.
    private var stretches: [RecognizedStretch] = []
    /// Names of speakers that the vendor found by the client's references.
    private var names: [SpeakerLabel: String] = [:]

    /// - Parameter channels: the minimum number of channels.
    init(channels: Int = 1) {
        self.channels = Array(repeating: [], count: min(max(1, channels), Self.maxChannels))
    }

    var isEmpty: Bool { channels.allSatisfy(\.isEmpty) }

    /// Returns the label of a vendor's speaker name; labels are numbered in order of first appearance.
    mutating func speaker(_ name: String?) -> SpeakerLabel? {
        guard let name else { return nil }
        if let known = speakers[name] { return known }
        let label = SpeakerLabel(speakers.count)
        speakers[name] = label
        return label
    }

    /// Notes that a speaker is the person of one of the client's references.
    mutating func name(_ speaker: SpeakerLabel, _ name: String) { names[speaker] = name }

    /// - Parameters:
    ///   - start: the start in seconds; `end` too is in seconds.
    ///   - confidence: 0…1; nil when the vendor gives none: the word's confidence is then not known.
    ///   - speakerConfidence: 0…1; nil when the vendor gives none.
    ///   - hasBlank: true if the vendor's text has a blank before the word, false if it has none; nil: the scripts decide.
    mutating func add(
        _ text: String, start: Double, end: Double, confidence: Double?, speaker: SpeakerLabel? = nil, speakerConfidence: Double? = nil,
        language: LanguageTag? = nil, channel: Int = 0, hasBlank: Bool? = nil
    ) {
        let text = text.trimmed
        guard !text.isEmpty, makeRoom(for: channel) else { return }
        let confidence = confidence.map { Float(min(max($0, 0), 1)) } ?? Word.unknownConfidence
        var word = Word(
            text, SampleRange(Self.position(start), Self.position(end)), confidence: confidence, speaker: speaker,
            language: language)
        word.speakerConfidence = speakerConfidence.map { Float(min(max($0, 0), 1)) }
        if let hasBlank, let before = channels[channel].last?.text {
            let differs = hasBlank ? !WordSpacing.needsBlank(before, text) : WordSpacing.isMixed(before, text)
            if differs { word.blankBefore = hasBlank }
        }
        append(word, channel)
    }

    /// Makes the channels up to this one. Returns false for a number that no channel has.
    private mutating func makeRoom(for channel: Int) -> Bool {
        guard (0..<Self.maxChannels).contains(channel) else { return false }
        while channels.count <= channel { channels.append([]) }
        return true
    }

    /// Adds a word, which starts no earlier than the word before.
    private mutating func append(_ word: Word, _ channel: Int) {
        let first = max(word.range.start, channels[channel].last?.range.start ?? .zero)
        channels[channel].append(word)
        channels[channel][channels[channel].count - 1].range = SampleRange(first, max(word.range.end, first))
    }

    /// Adds words that have no times of their own. Their times are estimated in proportion to their letters.
    ///
    /// - Parameters:
    ///   - start: the start of all these words, in seconds; `end` too is in seconds.
    mutating func add(estimated text: String, start: Double, end: Double, speaker: SpeakerLabel? = nil, channel: Int = 0) {
        let range = SampleRange(Self.position(start), Self.position(end))
        let words = WrittenWord.timed(text, in: range, speaker: speaker)
        guard !words.isEmpty, makeRoom(for: channel) else { return }
        let first = channels[channel].count
        for word in words { append(word, channel) }
        estimated[channel, default: []].append(Transcript.Segment(range: range, words: first..<channels[channel].count))
    }

    /// A segment of the vendor's answer, with the vendor's own measures. Times are in seconds.
    struct Measured {
        var start: Double
        var end: Double
        var measures: RecognizerMeasures
        var tokens: [Int]
    }

    /// Keeps the vendor's measures of its segments of the first channel. A word for which the vendor gave no confidence gets the mean probability of
    /// its segment's tokens.
    ///
    /// - Parameters:
    ///   - segments: the segments in order.
    ///   - isSure: true if the words have confidences of their own.
    mutating func keep(_ segments: [Measured], isSure: Bool) {
        var first = 0
        for (index, segment) in segments.enumerated() {
            // A word between two segments belongs to the nearer one.
            let border = index + 1 < segments.count ? Self.position((segment.end + max(segment.end, segments[index + 1].start)) / 2) : nil
            let count = channels[0][first...].prefix { word in border.map { word.range.middle < $0 } ?? true }.count
            guard count > 0 else { continue }
            let words = first..<first + count
            first += count
            let tokens = segment.tokens.isEmpty ? [] : [segment.tokens]
            stretches.append(RecognizedStretch(words: words, segment.measures, tokens: tokens, isSegment: true))
            guard !isSure, let mean = segment.measures.meanLogProbability else { continue }
            for word in words { channels[0][word].confidence = Float(exponential(mean)) }
        }
    }

    /// Sets the confidences of the first channel's words, one for each word.
    mutating func set(confidences: [Float]) {
        guard confidences.count == channels[0].count else { return }
        for (index, confidence) in confidences.enumerated() { channels[0][index].confidence = confidence }
    }

    /// The texts of the first channel's words.
    var texts: [String] { channels[0].map(\.text) }

    /// Adds a mark to the last word, such as a full stop that comes as an item of its own.
    mutating func append(mark: String, channel: Int = 0) {
        guard channels.indices.contains(channel), let last = channels[channel].indices.last else { return }
        channels[channel][last].text += mark.trimmed
    }

    /// Keeps the blanks of the vendor's own text of a channel.
    mutating func keepBlanks(of text: String, channel: Int = 0) {
        if channels.indices.contains(channel) { channels[channel].keepBlanks(of: text) }
    }

    /// - Parameter length: the recording's length in seconds; nil when the vendor does not report it.
    func transcript(length: Double?, language: LanguageTag, languageConfidence: Double? = nil, model: String) -> Transcript {
        let end = channels.compactMap { $0.map(\.range.end).max() }.max() ?? .zero
        return Transcript(
            rate: Self.rate, length: max(end, Self.position(length ?? 0)) - .zero, language: language,
            languageConfidence: languageConfidence.map { Float(min(max($0, 0), 1)) }, model: model,
            channels: channels.enumerated().map { index, words in
                var channel = Transcript.Channel(
                    words: words,
                    segments: Utterances.split(words, rate: Self.rate, pause: Self.pause).map { range in
                        let end = words[range].map(\.range.end).max() ?? .zero
                        return Transcript.Segment(range: SampleRange(words[range.lowerBound].range.start, end), words: range)
                    }, estimated: estimated[index] ?? [])
                if index == 0 { channel.stretches = stretches }
                channel.speakerNames = names
                return channel
            })
    }

    private static func position(_ seconds: Double) -> SampleIndex {
        SampleIndex(seconds: seconds.isFinite ? min(max(seconds, 0), longest) : 0, at: rate)
    }
}

extension String {
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}

extension LanguageTag {
    /// Returns the tag of a vendor's code, which may have an underscore.
    static func ofVendor(_ code: String) -> LanguageTag { LanguageTag(String(code.prefix(bytes: 35).map { $0 == "_" ? "-" : $0 })).usual }
}
