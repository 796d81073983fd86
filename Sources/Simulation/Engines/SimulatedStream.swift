import Continuity
import Speech

/// A leg's connection to a simulated engine. It gets the ranges of audio only, and sends events according to its profile and its fault.
struct SimulatedStream: Sendable {
    /// An event of the engine that comes `delay` milliseconds from now.
    struct Message: Sendable {
        var delay: Int
        var event: EngineEvent
    }

    private struct Ear: Sendable {
        let channel: Int
        let spoken: [SpokenWord]
        /// All words that the engine will recognize if all of the audio comes.
        var words: [RecognizedWord]
        /// Index of the first word that is not final.
        var next = 0
        /// End of the finals.
        var cut: SampleIndex
        var shown: SampleIndex
        var finals = 0
    }

    let leg: LegID
    let profile: EngineProfile
    let channels: Range<Int>
    private(set) var origin: SampleIndex
    let fault: InjectedFault?
    let chance: Chance
    private let hearing: SimulatedRecognition
    private var ears: [Ear] = []
    private let spoken: [[SpokenWord]]
    private(set) var heard: SampleIndex
    private var messages = 0
    private(set) var isClosed = false
    private(set) var isFinished = false
    /// The time until which all messages wait, in microseconds since the world's start.
    private(set) var silentUntil: Int64?

    private enum Part { static let taste = 1, attempt = 2, latency = 3, cut = 4, again = 5, stable = 6, hiccup = 7 }

    init(
        leg: LegID, profile: EngineProfile, taste: Chance, attempt: Chance, channels: Range<Int>, origin: SampleIndex, fault: InjectedFault?,
        spoken: [[SpokenWord]]
    ) {
        self.leg = leg
        self.profile = profile
        self.channels = channels
        self.origin = origin
        self.fault = fault
        self.chance = attempt
        hearing = SimulatedRecognition(profile: profile, taste: taste, attempt: attempt)
        heard = origin
        self.spoken = spoken
        begin(at: origin)
    }

    /// Sets the session's sample at which the stream's audio begins. An engine with a limited pace starts at the session's position when it opens.
    mutating func begin(at origin: SampleIndex) {
        self.origin = origin
        heard = origin
        let rest = SampleRange(origin, SampleIndex(Int64.max / 4))
        ears = channels.map { channel in
            Ear(channel: channel, spoken: spoken[channel], words: hearing.words(spoken[channel], in: rest), cut: origin, shown: origin)
        }
    }

    // MARK: - Input

    mutating func open() -> [Message] {
        var said: [Message] = []
        let delay = chance[Part.latency, 0].pick(profile.connect)
        switch fault {
        case .hang: break
        case .refuse(let error): close(error, delay: delay, &said)
        default: said.append(Message(delay: delay, event: .opened))
        }
        return said
    }

    mutating func take(_ range: SampleRange, now: Int64) -> [Message] {
        guard !isClosed, !isFinished else { return [] }
        heard = range.end
        var said: [Message] = []
        for index in ears.indices { listen(index, &said, now: now) }
        if let expiry = profile.expiry, heard - origin >= Milliseconds.samples(expiry) {
            close(.unavailable("The stream has reached its longest duration."), delay: latency(1_000_000), &said)
        }
        return said
    }

    mutating func take(_ command: EngineCommand, now: Int64) -> [Message] {
        guard !isClosed else { return [] }
        var said: [Message] = []
        switch command {
        case .keepAlive, .update: break
        case .cancel: close(.cancelled, delay: 1, &said)
        case .finalize:
            for index in ears.indices { flush(index, .flush, &said, now: now) }
        case .finish:
            isFinished = true
            if fault != .closeEarly {
                for index in ears.indices { flush(index, .endOfAudio, &said, now: now) }
            }
            close(nil, delay: latency(1_000_001), &said)
        }
        return said
    }

    // MARK: - Recognition

    private mutating func listen(_ index: Int, _ said: inout [Message], now: Int64) {
        let endpoint = Milliseconds.samples(profile.endpoint)
        while !isClosed {
            var known = ears[index].next
            while known < ears[index].words.count, ears[index].words[known].spoken.end <= heard { known += 1 }
            let following = known < ears[index].words.count ? ears[index].words[known] : nil
            let isSpeaking = following.map { $0.spoken.start < heard } ?? false
            if known > ears[index].next, !isSpeaking, heard >= ears[index].words[known - 1].spoken.end + endpoint {
                let isTurn = profile.turns == .inFinal
                final(index, words: known, through: pauseEnd(index, known), isTurn ? .endOfTurn : .pause, &said, now: now)
                if profile.turns == .after { say(.turnEnded(local(index), at: engine(ears[index].cut)), number: 3, &said, now: now) }
                continue
            }
            if heard - ears[index].cut >= Milliseconds.samples(profile.longest) {
                // A word that is still being spoken may be cut. It is then whole in one of the two finals.
                var words = known
                var end = lengthEnd(index, known)
                if let following, isSpeaking, profile.cutsWords {
                    end = min(heard, max(ears[index].cut, following.range.middle))
                    let isMost = heard - following.spoken.start > SampleCount(following.spoken.count.samples * 6 / 10)
                    if isMost && chance[Part.cut, ears[index].finals].happens(0.5) { words += 1 }
                }
                guard end > ears[index].cut else { return }
                final(index, words: words, through: end, .length, &said, now: now)
                continue
            }
            if let every = profile.interims, heard - ears[index].shown >= Milliseconds.samples(every) { interim(index, known, &said, now: now) }
            return
        }
    }

    /// Returns the end of a final after a pause.
    private func pauseEnd(_ index: Int, _ known: Int) -> SampleIndex {
        let last = ears[index].words[known - 1].range.end
        switch profile.coverage {
        case .word: return min(last, heard)
        case .silence: return min(heard, last + SampleCount((heard - last).samples / 2))
        case .heard: return framed(heard)
        }
    }

    /// Returns `end` moved to the end of its frame: the engine fills the last frame with silence.
    private func framed(_ end: SampleIndex) -> SampleIndex {
        guard let frame = profile.frame.map(Milliseconds.samples) else { return end }
        return end + SampleCount((frame.samples - (end - origin).samples % frame.samples) % frame.samples)
    }

    /// Returns the end of a final that has grown too long: the end of a word.
    private func lengthEnd(_ index: Int, _ known: Int) -> SampleIndex {
        let words = ears[index].words
        let after = known < words.count ? min(words[known].range.start, heard) : heard
        guard known > ears[index].next else { return max(ears[index].cut, after - Milliseconds.samples(200)) }
        return min(max(words[known - 1].range.end, ears[index].cut), max(framed(heard), ears[index].cut))
    }

    private mutating func flush(_ index: Int, _ reason: FinalReason, _ said: inout [Message], now: Int64) {
        var known = ears[index].next
        // The audio has ended within a word, so the heard part is all that will come.
        if reason == .endOfAudio {
            let said = ears[index].words[..<ears[index].next]
            // Inserted words have no number.
            let last = said.lazy.map { WordIdentity(confidence: $0.confidence) }.last { $0.first > 0 }.map { $0.first + $0.count - 1 } ?? 0
            let rest = hearing.words(ears[index].spoken, in: SampleRange(origin, heard))
            ears[index].words = Array(said + rest.drop { WordIdentity(confidence: $0.confidence).first <= last })
        }
        while known < ears[index].words.count, ears[index].words[known].spoken.end <= heard || reason == .endOfAudio { known += 1 }
        var end = heard
        if reason == .flush, !profile.cutsFlushes, known < ears[index].words.count {
            end = max(ears[index].cut, min(end, ears[index].words[known].range.start))
        }
        if reason == .flush, known == ears[index].next, end <= ears[index].cut + Milliseconds.samples(50) {
            return say(.flushed(local(index)), number: 4, &said, now: now)
        }
        final(index, words: known, through: end, reason, &said, now: now)
    }

    private mutating func final(_ index: Int, words count: Int, through end: SampleIndex, _ reason: FinalReason, _ said: inout [Message], now: Int64)
    {
        let range = SampleRange(ears[index].cut, end)
        let event = EngineEvent.final(hypothesis(index, through: count, range: range), reason: reason)
        ears[index].next = max(ears[index].next, count)
        ears[index].cut = max(ears[index].cut, end)
        ears[index].shown = ears[index].cut
        ears[index].finals += 1
        say(event, number: 100 + ears[index].finals, &said, now: now)
        if chance[Part.again, ears[index].finals].happens(profile.repeats) && reason != .flush {
            say(event, number: 100 + ears[index].finals, &said, now: now)
        }
    }

    private mutating func interim(_ index: Int, _ known: Int, _ said: inout [Message], now: Int64) {
        ears[index].shown = heard
        guard known > ears[index].next else { return }
        var shown = hypothesis(index, through: known, range: SampleRange(ears[index].cut, heard))
        // The last word is a guess that is often wrong.
        if chance[Part.stable, Int(heard.samples)].happens(0.4) { shown.words[shown.words.count - 1].text = "um" }
        shown.stableWords = max(0, shown.words.count - 2)
        say(.interim(shown), number: 5, &said, now: now)
    }

    private func hypothesis(_ index: Int, through count: Int, range: SampleRange) -> Hypothesis {
        let heard = ears[index].words[ears[index].next..<max(count, ears[index].next)]
        var words: [Word] = []
        words.reserveCapacity(heard.count)
        for word in heard {
            let place = SampleRange(min(max(word.range.start, range.start), range.end), min(max(word.range.end, range.start), range.end))
            words.append(Word(word.text, engine(place), confidence: word.confidence))
        }
        if !profile.hasWordTimes { words.spread(over: engine(range)) }
        return Hypothesis(channel: local(index), range: engine(range), words: words)
    }

    // MARK: - Output

    private mutating func say(_ event: EngineEvent, number: Int, _ said: inout [Message], now: Int64) {
        guard !isClosed else { return }
        let message = messages
        messages += 1
        var delay = latency(number)
        switch fault {
        case .close(let at, let error) where message >= at: return close(error, delay: delay, &said)
        case .stall(let at) where message >= at: return
        case .garbage(let at) where message >= at:
            said.append(Message(delay: delay, event: .skipped("not JSON")))
            return
        case .pause(let at, let milliseconds) where message >= at:
            let until = silentUntil ?? now + Int64(milliseconds) * 1_000
            silentUntil = until
            delay = max(delay, Int((until - now) / 1_000))
        default: break
        }
        said.append(Message(delay: delay, event: event))
    }

    private mutating func close(_ error: EngineError?, delay: Int, _ said: inout [Message]) {
        guard !isClosed else { return }
        isClosed = true
        if case .stall(let at) = fault, messages >= at, error != .cancelled { return }
        said.append(Message(delay: delay, event: .closed(error)))
    }

    private func latency(_ number: Int) -> Int {
        let place = messages &* 7 &+ number
        let usual = chance[Part.latency, place].pick(profile.latency)
        return chance[Part.hiccup, place].happens(profile.hiccups) ? usual + chance[Part.hiccup][place][1].pick(500...2_000) : usual
    }

    private func local(_ index: Int) -> ChannelIndex { ChannelIndex(ears[index].channel - channels.lowerBound) }

    private func engine(_ range: SampleRange) -> SampleRange { SampleRange(engine(range.start), engine(range.end)) }

    /// Returns a position on the stream's timeline, by the engine's own clock.
    private func engine(_ index: SampleIndex) -> SampleIndex {
        let place = index - origin
        return .zero + SampleCount(place.samples + Int64(Double(place.samples) * profile.skew))
    }
}
