internal import Audio
internal import Conversations
internal import Net
internal import Speakers
internal import Speech

/// Finds out who speaks in a live session, by what it sounds like: embeds clips away from the loop, and hands words on in order with their speakers.
///
/// Words whose speaker an engine told are handed on at once; the others wait for their clip, though not for long. Lives on the session's loop.
final class LiveSpeakers {
    struct Spoken {
        var words: [Word]
        var channel: ChannelIndex
        var engine: EngineName
        var model: String?
    }

    private struct Waiting {
        let number: Int
        var spoken: Spoken
        var clips: [SpokenClip]
        /// Clips whose speaker is not known yet.
        var open: Set<Int>
        let deadline: ContinuousClock.Instant
    }

    private let voices: any Voiceprinting
    private let rule: SpeakerRule
    /// The clip before: where what was not enough of it begins, and where it ends.
    private var last: (label: Int?, start: SampleIndex, end: SampleIndex)?
    /// Of words for their speaker.
    private let patience: Duration
    private let rate: SampleRate
    private let loop: Loop
    private let audio: (SampleRange) -> [Int16]?
    private let handOn: (Spoken) -> Void
    private let heard: ([SpeakerTracker.Event]) -> Void
    private var tracker: SpeakerTracker
    private var waiting: [Waiting] = []
    private var next = 0
    /// Clips that are being embedded.
    private var underWay = 0
    /// Who spoke last, of those whom no engine told apart.
    private var lastLabel: Int?
    private var timer: Loop.Timer?
    private var whenIdle: (() -> Void)?

    /// Speech with less silence in between is one speaker's, as far as anybody can tell.
    private static let pause: Duration = .milliseconds(350)
    /// A clip is no longer than this: more says little new.
    private static let longest: Duration = .seconds(10)
    /// Clips that may be under way; more would only come too late.
    private static let mostUnderWay = 32

    /// - Parameters:
    ///   - audio: gives the session's audio back; nil when it is gone.
    ///   - handOn: takes the words, in order.
    ///   - heard: takes what has become known of speakers.
    init(
        _ voices: any Voiceprinting, rule: SpeakerRule, patience: Duration, rate: SampleRate, loop: Loop, audio: @escaping (SampleRange) -> [Int16]?,
        handOn: @escaping (Spoken) -> Void, heard: @escaping ([SpeakerTracker.Event]) -> Void
    ) {
        self.voices = voices
        self.rule = rule
        self.patience = patience
        self.rate = rate
        self.loop = loop
        self.audio = audio
        self.handOn = handOn
        self.heard = heard
        tracker = SpeakerTracker(rule: rule, awaitsVoices: true)
    }

    func know(_ voices: [Voice]) { heard(tracker.know(voices)) }

    func created(_ voice: Voice, for label: Int) { heard(tracker.created(voice, for: label)) }

    func committed(_ spoken: Spoken) {
        let clips = SpokenClip.clips(of: spoken.words, rate: rate)
        let number = next
        next += 1
        var open: Set<Int> = []
        for (index, clip) in clips.enumerated() {
            let isTaken = embed(heard(clip), clip.label, index, in: number)
            if isTaken && clip.label == nil { open.insert(index) }
        }
        waiting.append(Waiting(number: number, spoken: spoken, clips: clips, open: open, deadline: loop.now + patience))
        release()
    }

    /// Calls back once every clip is known, or need not be any more.
    func idle(_ body: @escaping () -> Void) {
        whenIdle = body
        release()
    }

    func cancel() {
        timer?.cancel()
        timer = nil
        whenIdle = nil
        waiting = []
    }

    // MARK: - Embedding

    /// What is to be heard of a clip: some engines commit a word at a time, so what went before goes along until there is enough to tell by.
    private func heard(_ clip: SpokenClip) -> SampleRange {
        var start = clip.range.start
        if let last, last.label == clip.label, clip.range.start - last.end < SampleCount(Self.pause, at: rate) { start = last.start }
        let range = SampleRange(min(start, clip.range.start), clip.range.end)
        // What was enough once is not heard twice.
        let isEnough = range.count.duration(at: rate) >= rule.shortestClip
        last = (clip.label, isEnough ? clip.range.end : range.start, clip.range.end)
        return range
    }

    /// - Returns: false when nothing will come of it.
    private func embed(_ range: SampleRange, _ label: Int?, _ index: Int, in number: Int) -> Bool {
        let duration = range.count.duration(at: rate)
        guard underWay < Self.mostUnderWay, duration >= voices.shortest, let samples = audio(middle(of: range)) else { return false }
        // A label's short clips would decide nothing.
        if label != nil, duration < rule.shortestClip { return false }
        underWay += 1
        let session = LoopBound(self, on: loop)
        Self.listen(samples, rate, voices) { voiceprint in
            session.enter { $0.take(voiceprint, lasting: duration, of: index, in: number) }
        }
        return true
    }

    /// - Parameter tell: called on any thread, once.
    private static func listen(
        _ samples: [Int16], _ rate: SampleRate, _ voices: any Voiceprinting, tell: @escaping @Sendable (Voiceprint?) -> Void
    ) {
        Task { tell(try? await voices.voiceprint(of: speech(samples, rate))) }
    }

    private func middle(of range: SampleRange) -> SampleRange {
        let most = SampleCount(Self.longest, at: rate)
        guard range.count > most else { return range }
        let start = range.start + SampleCount((range.count - most).samples / 2)
        return SampleRange(start, count: most)
    }

    /// At 16 kHz.
    private static func speech(_ samples: [Int16], _ rate: SampleRate) -> [Float] {
        let floats = samples.map { Float($0) / 32_768 }
        guard rate != .speech, let resampler = Resampler(from: rate, to: .speech) else { return floats }
        var converted: [Float] = []
        resampler.append(floats.span, to: &converted)
        resampler.finish(into: &converted)
        return converted
    }

    private func take(_ voiceprint: Voiceprint?, lasting duration: Duration, of clip: Int, in number: Int) {
        underWay -= 1
        let place = waiting.firstIndex { $0.number == number }
        // Of those that had to go on without, only what an engine had told apart can still be learned from.
        let label = place.map { waiting[$0].clips[clip].label } ?? nil
        var events: [SpeakerTracker.Event] = []
        if let voiceprint, place != nil {
            let told = tracker.hear(voiceprint, lasting: duration, label: label)
            events = told.events
            if let place, label == nil { waiting[place].clips[clip].label = told.label }
        }
        if let place { waiting[place].open.remove(clip) }
        release()
        if !events.isEmpty { heard(events) }
    }

    // MARK: - Handing on

    private func release() {
        while let first = waiting.first, first.open.isEmpty || first.deadline <= loop.now {
            waiting.removeFirst()
            handOn(named(first))
        }
        timer?.cancel()
        timer = nil
        if let first = waiting.first {
            timer = loop.schedule(at: first.deadline) { [self] in
                timer = nil
                release()
            }
        } else if let whenIdle {
            self.whenIdle = nil
            whenIdle()
        }
    }

    private func named(_ waiting: Waiting) -> Spoken {
        var spoken = waiting.spoken
        for clip in waiting.clips {
            if waiting.spoken.words[clip.words.lowerBound].speaker != nil { continue }
            // Too short to tell: who spoke before goes on.
            let label = clip.label ?? lastLabel
            lastLabel = label
            for index in clip.words { spoken.words[index].speaker = label.map { SpeakerLabel($0) } }
        }
        return spoken
    }
}
