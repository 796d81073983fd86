package import Conversations
package import Net
package import Speakers
package import Speech

/// Identifies the speakers of a live session by their voices: embeds clips outside the loop, and hands words on in order with their speakers.
///
/// Words with an engine's speaker label are handed on at once. Other words wait for the voices of their clip, as long as voices are heard: the labels
/// are a function of the words and the voices, at whatever pace audio comes and however busy the machine is. Lives on the session's loop.
package final class LiveSpeakers {
    package struct Spoken {
        package var words: [Word]
        package var channel: ChannelIndex
        package var engine: EngineName
        package var model: String?

        package init(words: [Word], channel: ChannelIndex, engine: EngineName, model: String? = nil) {
            self.words = words
            self.channel = channel
            self.engine = engine
            self.model = model
        }
    }

    /// The purpose for which speakers are told apart.
    package enum Purpose: Sendable {
        /// A conversation: words that are too short to tell wait for those that follow, and an engine's labels are speakers of their own.
        case conversation
        /// The labels of words: no words wait for others, and words without a label may belong to a speaker to whom an engine has given one.
        case labels
    }

    /// A clip, and the voices that were found in it.
    private struct HeardClip {
        enum Answer { case waits, underWay, heard(ClipVoices.Result?) }

        let number: Int
        /// The clip, at most ten seconds of it.
        let range: SampleRange
        /// Duration of the whole clip.
        let duration: Duration
        /// The engine's label; nil: the engine gave none.
        let label: Int?
        var answer = Answer.waits
    }

    private let voices: any Voiceprinting
    private let rule: SpeakerRule
    private let purpose: Purpose
    /// The previous clip: its label, its end, and the start of its audio that is heard again with the next clip because it was not enough.
    private var last: (label: Int?, start: SampleIndex, end: SampleIndex)?
    private let rate: SampleRate
    private let loop: Loop
    private let audio: (SampleRange) -> [Int16]?
    private let wait: (Bool) -> Void
    private let handOn: (Spoken) -> Void
    private let heard: ([SpeakerTracker.Event]) -> Void
    private let told: () -> Void
    private var tracker: SpeakerTracker
    private var waiting: WaitingSpeech
    /// True while words have waited long for their voices.
    private var areLate = false
    /// Speakers of words that are not final.
    private var early: EarlySpeakers
    /// Speech that waits, in order. Its words are replaced by the words with their speakers when they are handed on.
    private var spoken: [Spoken] = []
    /// Number of clips that are being embedded.
    private var underWay = 0
    /// Clips whose voices the tracker does not have yet, in order: those under way, and those that wait for their turn. The tracker gets the voices in
    /// this order, however fast each is heard.
    private var clips: [HeardClip] = []
    /// Number of answers that the voice model had given to all sessions when that was last looked at.
    private var answerCount: Int?
    private var timer: Loop.Timer?
    private var whenIdle: (() -> Void)?

    /// Silence between words below which the words are taken to have one speaker.
    private static let pause: Duration = .milliseconds(350)
    /// Maximum length of a clip. More audio tells little more.
    private static let longest: Duration = .seconds(10)
    /// Maximum number of clips under way. Further clips wait for their turn, so that load changes no label. Their audio is read at their turn, because the
    /// memory for it would have no limit. If the audio is gone by then (the journal has a limit, too), nobody was heard in the clip: its words are
    /// handed on as if no voice could be made of it, and the labels before it stay.
    private static let maxUnderWay = 32

    /// - Parameters:
    ///   - patience: maximum time without a voice that was heard in any session, or without a final, after which words go on without their speakers.
    ///   - audio: returns audio of the session; nil when the audio is gone.
    ///   - wait: called when words have waited long for their voices, with true, and when they wait no more, with false.
    ///   - handOn: takes the words, in order.
    ///   - heard: takes events about the speakers.
    ///   - told: called when a speaker of words that are not final is known.
    package init(
        _ voices: any Voiceprinting, rule: SpeakerRule, patience: Duration, for purpose: Purpose = .conversation, rate: SampleRate, loop: Loop,
        audio: @escaping (SampleRange) -> [Int16]?, wait: @escaping (Bool) -> Void = { _ in },
        handOn: @escaping (Spoken) -> Void, heard: @escaping ([SpeakerTracker.Event]) -> Void, told: @escaping () -> Void = {}
    ) {
        self.voices = voices
        self.rule = rule
        self.purpose = purpose
        self.rate = rate
        self.loop = loop
        self.audio = audio
        self.wait = wait
        self.handOn = handOn
        self.heard = heard
        self.told = told
        waiting = WaitingSpeech(rate: rate, patience: patience, looksAhead: purpose == .conversation)
        early = EarlySpeakers(rate: rate, evidence: rule.shortestClip)
        tracker = SpeakerTracker(rule: rule, awaitsVoices: true, joinsLabels: purpose == .labels)
    }

    package func know(_ voices: [Voice]) { heard(tracker.know(voices)) }

    /// Notes that the user's speaker was assigned by hand.
    package func reserveUser() { heard(tracker.reserveUser()) }

    /// Reports the voice of a label again, if the voice is known.
    package func tell(_ label: Int) { tracker.known(label).map { heard([$0]) } }

    package func created(_ voice: Voice, for label: Int) { heard(tracker.created(voice, for: label)) }

    package func committed(_ said: Spoken) {
        spoken.append(said)
        for (number, clip) in waiting.add(said.words, rate: rate, now: loop.now) {
            if listen(to: heard(clip), clip.label, number), clip.label == nil { waiting.expect(number) }
        }
        listenOn()
        release()
    }

    /// Notes that finals cover the audio up to this position.
    package func covered(through end: SampleIndex) {
        waiting.cover(through: end, now: loop.now)
        release()
    }

    /// Notes that all finals have come that were decided before this position of the audio.
    ///
    /// - Parameter position: nil: from here on there is none.
    package func decided(through position: SampleIndex?) {
        waiting.decided(through: position, now: loop.now)
        release()
    }

    /// Notes that audio up to this position has come.
    package func received(through end: SampleIndex) { waiting.received(through: end, now: loop.now) }

    /// Returns the words of an interim with the speakers that are known for them, and listens to those that are not.
    func labeled(_ words: [Word]) -> [Word] {
        var words = words
        // Final words go first where voices are late.
        for look in early.label(&words, mayListen: !areLate && underWay < Self.maxUnderWay) {
            guard let samples = audio(look.range) else { continue }
            underWay += 1
            let session = LoopBound(self, on: loop), duration = look.range.count.duration(at: rate)
            // The voices of a long final take longer than what somebody says next.
            Self.listen(samples, rate, voices.ahead()) { voiceprint in session.enter { $0.take(voiceprint, lasting: duration, of: look) } }
        }
        return words
    }

    /// Calls `body` when no words wait for their speakers any more.
    package func idle(_ body: @escaping () -> Void) {
        whenIdle = body
        release()
    }

    /// Decides about the speakers of whom too little was heard. Called at the end of the session, before `cancel`.
    package func finish() { heard(tracker.finish()) }

    package func cancel() {
        timer?.cancel()
        timer = nil
        whenIdle = nil
        waiting.removeAll()
        spoken = []
        clips = []
    }

    /// Loads the models of voices, so that the first clip does not wait for that.
    func prepare() {
        let voices = voices
        Task {
            _ = try? await voices.voiceprint(of: [])
            _ = try? await (voices as? any SpeakerSegmenting)?.speakers(in: [])
        }
    }

    // MARK: - Embedding

    /// Returns the audio to embed for a clip. Some engines commit one word at a time, so earlier audio is added until there is enough to recognise a
    /// voice.
    private func heard(_ clip: SpokenClip) -> SampleRange {
        var start = clip.range.start
        if let last, last.label == clip.label, clip.range.start - last.end < SampleCount(Self.pause, at: rate) { start = last.start }
        let range = SampleRange(min(start, clip.range.start), clip.range.end)
        // Audio that was long enough for one clip is not used for another.
        let isEnough = range.count.duration(at: rate) >= rule.shortestClip
        last = (clip.label, isEnough ? clip.range.end : range.start, clip.range.end)
        return range
    }

    /// Has a clip listened to.
    ///
    /// - Returns: false when the clip is too short to be heard.
    private func listen(to range: SampleRange, _ label: Int?, _ number: Int) -> Bool {
        let duration = range.count.duration(at: rate)
        // Clips with a label that are too short decide nothing.
        guard duration >= voices.shortest, label == nil || duration >= rule.shortestClip else { return false }
        clips.append(HeardClip(number: number, range: middle(of: range), duration: duration, label: label))
        return true
    }

    /// Starts to embed the clips whose turn it is.
    private func listenOn() {
        for index in clips.indices where underWay < Self.maxUnderWay {
            guard case .waits = clips[index].answer else { continue }
            let clip = clips[index], session = LoopBound(self, on: loop)
            // Audio before the clip helps to hear a change of speakers.
            let start = min(clip.range.start, max(.zero, clip.range.end - SampleCount(Self.longest, at: rate)))
            let whole = clip.label == nil ? audio(SampleRange(start, clip.range.end)) : nil
            guard let samples = whole ?? audio(clip.range) else {
                clips[index].answer = .heard(nil)
                continue
            }
            clips[index].answer = .underWay
            underWay += 1
            let voices = voices.withOneDeadline()
            if clip.label == nil {
                let lead = whole == nil ? SampleCount.zero : clip.range.start - start
                Self.listen(samples, lead: lead, rate, voices) { heard in session.enter { $0.take(heard, of: clip.number) } }
            } else {
                Self.listen(samples, rate, voices) { voiceprint in
                    let voice = voiceprint.map { ClipVoices.VoiceSample(voiceprint: $0, duration: clip.duration) }
                    session.enter { $0.take(voice.map { ClipVoices.Result(voices: [$0], turns: []) }, of: clip.number) }
                }
            }
        }
        takeOn()
    }

    /// Finds the voiceprint of a speaker to whom an engine has given a label.
    ///
    /// - Parameter tell: takes the voiceprint; called once, on any thread.
    private static func listen(
        _ samples: [Int16], _ rate: SampleRate, _ voices: any Voiceprinting, tell: @escaping @Sendable (Voiceprint?) -> Void
    ) {
        Task { tell(try? await voices.voiceprint(of: SpeechSamples.floats(samples, rate))) }
    }

    /// Finds the voices of a clip: one voice, or several.
    ///
    /// - Parameter tell: takes the voices, or nil when the clip cannot be embedded; called once, on any thread.
    private static func listen(
        _ samples: [Int16], lead: SampleCount, _ rate: SampleRate, _ voices: any Voiceprinting,
        tell: @escaping @Sendable (ClipVoices.Result?) -> Void
    ) {
        let lead = SampleRange(.zero, count: lead).converted(from: rate, to: .speech).count
        Task { tell(try? await ClipVoices.listen(to: SpeechSamples.floats(samples, rate), lead: lead, by: voices)) }
    }

    private func middle(of range: SampleRange) -> SampleRange {
        let most = SampleCount(Self.longest, at: rate)
        guard range.count > most else { return range }
        let start = range.start + SampleCount((range.count - most).samples / 2)
        return SampleRange(start, count: most)
    }

    /// Takes the voiceprint of words that are not final.
    private func take(_ voiceprint: Voiceprint?, lasting duration: Duration, of look: EarlySpeakers.Look) {
        underWay -= 1
        if let voiceprint, let label = tracker.likely(voiceprint, lasting: duration) {
            early.told(look.number, label: label)
            told()
        }
        listenOn()
    }

    private func take(_ heard: ClipVoices.Result?, of number: Int) {
        underWay -= 1
        waiting.answered(now: loop.now)
        if let index = clips.firstIndex(where: { $0.number == number }) { clips[index].answer = .heard(heard) }
        listenOn()
    }

    /// Gives the tracker the voices of the clips that were heard, up to the first that was not.
    private func takeOn() {
        var events: [SpeakerTracker.Event] = []
        while let first = clips.first, case .heard(let heard) = first.answer {
            clips.removeFirst()
            waiting.give(up: first.number)
            guard let heard else { continue }
            if let label = first.label {
                // The words of the clip were handed on long ago.
                for voice in heard.voices {
                    if let print = voice.voiceprint { events += tracker.hear(print, lasting: first.duration, label: label).events }
                }
            } else {
                events += take(heard, from: first.range.start, of: first.number)
            }
        }
        release()
        if !events.isEmpty { self.heard(events) }
    }

    private func take(_ heard: ClipVoices.Result, from start: SampleIndex, of number: Int) -> [SpeakerTracker.Event] {
        // If the words of a conversation went on without waiting for their speaker, nothing is learned from them, and the assumed speaker stays.
        guard purpose == .labels || waiting[number] != nil else { return [] }
        var events: [SpeakerTracker.Event] = []
        let labels = heard.voices.map { voice -> Int? in
            guard let voiceprint = voice.voiceprint else { return nil }
            let told = tracker.hear(voiceprint, lasting: voice.duration, label: nil)
            events += told.events
            // A short clip that is unlike everybody has the label of the next new speaker.
            return told.label ?? tracker.newcomer(voiceprint, lasting: voice.duration)
        }
        let shift = start - SampleIndex.zero
        let turns = heard.turns.map { SpeakerTurn($0.range.converted(from: .speech, to: rate).shifted(by: shift), $0.speaker) }
        waiting.told(number, turns, labels: turns.map { labels[$0.speaker.number] })
        return events
    }

    // MARK: - Handing on

    private func release() {
        noteAnswers()
        for words in waiting.release(now: loop.now, isLast: whenIdle != nil) where !spoken.isEmpty {
            var said = spoken.removeFirst()
            said.words = words
            if purpose == .labels { early.committed(words) }
            handOn(said)
        }
        tellLateness()
        timer?.cancel()
        timer = nil
        if let deadline = waiting.deadline {
            let look = areLate ? nil : waiting.lateFrom
            timer = loop.schedule(at: look.map { min($0, deadline) } ?? deadline) { [self] in
                timer = nil
                release()
            }
        } else if let whenIdle {
            self.whenIdle = nil
            whenIdle()
        }
    }

    /// Notes that the voice model goes on, although it has not come to this session's clips yet.
    private func noteAnswers() {
        guard let count = voices.answerCount, count != answerCount else { return }
        answerCount = count
        waiting.answeredOthers(now: loop.now)
    }

    /// Tells when words have waited long for their voices, and when they wait no more.
    private func tellLateness() {
        guard waiting.isLate(areLate, now: loop.now) != areLate else { return }
        areLate.toggle()
        wait(areLate)
    }
}
