package import Speech
internal import Synchronization

/// An engine that ignores its audio and answers by a script. Tests use it in place of a recogniser.
///
/// The default script has one word, `w1`, `w2`, …, for each second of audio: an interim half-way, and a final at the end. Longer sentences have an
/// interim for each half second.
package final class ScriptedEngine: StreamingEngine, PrerecordedEngine, WordAligning {
    package let name: EngineName
    package let capabilities: Capabilities
    private let fault: ScriptedFault
    private let sentence: Int
    private let word: @Sendable (Int) -> String
    private let speaker: @Sendable (Int) -> SpeakerLabel?
    private let transcript: Result<Transcript, EngineError>
    private let aligned: Transcript?
    private let takes: (@Sendable ([UInt8]) -> Void)?
    private let notices: [EngineNotice]
    private let streams = Mutex(0)
    private let opened = Mutex(0)
    private let waiting = Mutex<[@Sendable () -> Void]>([])
    private let asked = Mutex<[LanguageTag?]>([])
    private let choices = Mutex<[[LanguageTag]]>([])

    /// - Parameters:
    ///   - sentence: seconds of audio, and so words, of a final.
    ///   - word: returns the word for the second with this number, counted from 1; empty: there is none.
    ///   - tellsSpeakers: true if the engine claims to tell speakers apart.
    ///   - speaker: returns the speaker of that second.
    ///   - takes: gets all audio of the streams, as it comes.
    ///   - notices: the notices of each stream, which come with its first audio.
    package init(
        name: EngineName = EngineName("scripted"), languages: Capabilities.Languages = .only(["en"]), fault: ScriptedFault = .none,
        tellsSpeakers: Bool = false, sentence: Int = 1,
        word: @escaping @Sendable (Int) -> String = { "w\($0)" }, speaker: @escaping @Sendable (Int) -> SpeakerLabel? = { _ in nil },
        transcript: Result<Transcript, EngineError> = .failure(.unavailable("no transcript was given")), aligned: Transcript? = nil,
        takes: (@Sendable ([UInt8]) -> Void)? = nil, notices: [EngineNotice] = []
    ) {
        self.notices = notices
        self.name = name
        self.fault = fault
        self.sentence = sentence
        self.word = word
        self.speaker = speaker
        self.transcript = transcript
        self.aligned = aligned
        self.takes = takes
        capabilities = Capabilities(streaming: true, prerecorded: true, languages: languages, models: ["scripted-1"], speakers: tellsSpeakers)
    }

    /// Number of open streams.
    package var openStreams: Int { streams.withLock { $0 } }

    /// The languages that the engine was asked for, one for each stream and recording, since the last call; nil where it was asked for none.
    package func takeLanguages() -> [LanguageTag?] {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }

    /// The languages that the engine was to find the speech's language among, one list for each stream and recording, since the last call.
    package func takeChoices() -> [[LanguageTag]] {
        choices.withLock { choices in
            defer { choices = [] }
            return choices
        }
    }

    /// Opens the streams that hang.
    package func openAll() {
        let open = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for stream in open { stream() }
    }

    package func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        streams.withLock { $0 += 1 }
        asked.withLock { $0.append(options.language) }
        choices.withLock { $0.append(options.shared.languages) }
        if fault == .hangs { waiting.withLock { $0.append { deliver(.opened) } } }
        let isFirst = opened.withLock { count in
            count += 1
            return count == 1
        }
        let stream = Stream(options, fault == .tires && !isFirst ? .none : fault, sentence, word, speaker, takes, notices, deliver) { [self] in
            streams.withLock { $0 -= 1 }
        }
        stream.start()
        return stream
    }

    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        asked.withLock { $0.append(options.language) }
        choices.withLock { $0.append(options.shared.languages) }
        var transcript = try transcript.get()
        if !options.keepsRaw { transcript.raw = nil }
        for (index, channel) in transcript.channels.enumerated() {
            for segment in channel.segments {
                progress(.segment(ChannelIndex(index), words: Array(channel.words[segment.words]), rate: transcript.rate))
            }
        }
        return transcript
    }

    package func align(_ transcript: Transcript, in recording: Recording) async throws(EngineError) -> Transcript? { aligned }

    private final class Stream: EngineStream {
        private let options: StreamOptions
        private let fault: ScriptedFault
        private let sentence: Int
        private let text: @Sendable (Int) -> String
        private let speaker: @Sendable (Int) -> SpeakerLabel?
        private let takes: (@Sendable ([UInt8]) -> Void)?
        private let notices: [EngineNotice]
        private let deliver: @Sendable (EngineEvent) -> Void
        private let ended: () -> Void
        private var heard = SampleIndex.zero
        private var finalized = SampleIndex.zero
        private var guessed = SampleIndex.zero
        private var said = 0
        private var isClosed = false

        init(
            _ options: StreamOptions, _ fault: ScriptedFault, _ sentence: Int, _ text: @escaping @Sendable (Int) -> String,
            _ speaker: @escaping @Sendable (Int) -> SpeakerLabel?, _ takes: (@Sendable ([UInt8]) -> Void)?,
            _ notices: [EngineNotice], _ deliver: @escaping @Sendable (EngineEvent) -> Void, ended: @escaping () -> Void
        ) {
            self.sentence = sentence
            self.text = text
            self.speaker = speaker
            self.takes = takes
            self.notices = notices
            self.options = options
            self.fault = fault
            self.deliver = deliver
            self.ended = ended
        }

        func start() {
            switch fault {
            case .none, .breaks, .mute, .stuck, .holds, .leaves: deliver(.opened)
            case .rejects(let error): close(error)
            case .hangs: break
            case .tires:
                deliver(.opened)
                close(nil)
            }
        }

        func send(_ audio: RawSpan) {
            guard !isClosed else { return }
            takes?(audio.withUnsafeBytes { Array($0) })
            if heard == .zero { for notice in notices { deliver(.notice(notice)) } }
            heard += SampleCount(audio.byteCount / (2 * options.channels))
            if fault == .mute || fault == .stuck || fault == .holds { return }
            if case .breaks(let error, let after) = fault, heard >= .zero + after { return close(error) }
            if sentence > 1 { return sayHalves() }
            finalSentences()
            if options.interims, heard >= finalized + SampleCount(options.rate.hertz / 2) {
                deliver(.interim(Hypothesis(range: SampleRange(finalized, heard), words: words(through: heard).filter { !$0.text.isEmpty })))
            }
        }

        func send(_ command: EngineCommand) {
            guard !isClosed else { return }
            switch command {
            case .finalize where fault == .mute, .finalize where fault == .stuck, .finish where fault == .stuck: break
            case .finalize:
                finalSentences()
                heard > finalized ? final(through: heard, .flush) : deliver(.flushed(.first))
            case .keepAlive, .update: break
            case .finish:
                if fault == .leaves { return close(.unavailable("It has gone.")) }
                if fault != .mute {
                    finalSentences()
                    final(through: heard, .endOfAudio)
                }
                close(nil)
            case .cancel: close(.cancelled)
            }
        }

        private var length: SampleCount { SampleCount(options.rate.hertz * sentence) }

        private func finalSentences() {
            while heard >= finalized + length { final(through: finalized + length, .pause) }
        }

        /// Says what each half second of audio changes, however the audio comes.
        private func sayHalves() {
            let half = SampleCount(options.rate.hertz / 2)
            while heard >= guessed + half {
                guessed += half
                if guessed >= finalized + length {
                    final(through: guessed, .pause)
                } else if options.interims, guessed > finalized {
                    deliver(.interim(Hypothesis(range: SampleRange(finalized, guessed), words: words(through: guessed))))
                }
            }
        }

        private func final(through end: SampleIndex, _ reason: FinalReason) {
            let words = self.words(through: end)
            said += words.count
            deliver(.final(Hypothesis(range: SampleRange(finalized, end), words: words.filter { !$0.text.isEmpty }), reason: reason))
            finalized = end
        }

        /// A word for each second, and for what is left of one.
        private func words(through end: SampleIndex) -> [Word] {
            var words: [Word] = [], start = finalized
            while start < end {
                let next = min(start + SampleCount(options.rate.hertz), end), number = said + words.count + 1
                words.append(Word(text(number), SampleRange(start, next), confidence: 1, speaker: speaker(number)))
                start = next
            }
            return words
        }

        private func close(_ error: EngineError?) {
            guard !isClosed else { return }
            isClosed = true
            ended()
            deliver(.closed(error))
        }
    }
}

/// The way in which a scripted engine fails.
package enum ScriptedFault: Sendable, Equatable {
    case none
    /// The stream closes with this error and does not open.
    case rejects(EngineError)
    /// The stream closes with this error when it has received this much audio.
    case breaks(EngineError, after: SampleCount)
    /// The stream does not open before `openAll`.
    case hangs
    /// The stream opens, sends nothing, and closes when it is told to finish.
    case mute
    /// The stream opens, sends nothing, and does not close before it is cancelled.
    case stuck
    /// The stream says nothing before it is told to finalize or to finish.
    case holds
    /// The stream fails when it is told to finish, and does not make final what it heard last.
    case leaves
    /// The first stream closes at once without an error, as vendors do when they get no audio.
    case tires
}
