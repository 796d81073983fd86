import Continuity
import Speech

/// A session under test, with a hand-moved clock: audio comes in real time, and one word, `w0`, `w1`, …, is said in the middle of each second.
struct Conversation: ~Copyable {
    static let first = EngineName("first")
    static let second = EngineName("second")
    static let repairer = EngineName("repairer")

    var session: SessionMachine
    var now: Instant
    let began: Instant
    /// When the driver's timer goes off.
    private var due: Instant?
    /// All that the session asked for.
    var actions: [SessionAction] = []
    /// Seconds in which nobody speaks.
    var silent: Set<Int> = []
    /// Nobody pauses between words.
    var isDense = false
    /// The leg that shows all the time that it lives.
    var lively: Int? = 0

    init(
        _ engines: [SessionEngine] = [Self.paced(Self.first), Self.paced(Self.second)], repairers: [EngineName] = [Self.repairer],
        mode: SessionMode = .failover, opens: Bool = true, tellsVoices: Bool = false, endTime: Duration? = nil
    ) {
        began = Instant.now
        now = began
        session = SessionMachine(
            .init(
                rate: .speech, engines: engines, mode: mode, repairers: repairers, measuresLoudness: true, tellsVoices: tellsVoices,
                endTime: endTime))
        actions = session.start(now: now)
        if opens { engine(.opened, from: 0) }
    }

    static func paced(_ name: EngineName, cap: Duration? = nil, slowness: Duration? = nil) -> SessionEngine {
        SessionEngine(name, limits: .init(pace: 1.25), cap: cap, slowness: slowness)
    }

    static func free(_ name: EngineName) -> SessionEngine { SessionEngine(name, isWatched: false) }

    static func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    /// Lets time pass, and audio come, in frames of 100 ms. Returns what was done meanwhile.
    @discardableResult
    mutating func hear(_ seconds: Double, audio: Bool = true) -> [SessionAction] {
        var done: [SessionAction] = []
        for _ in 0..<Int((seconds * 10).rounded()) {
            now += .milliseconds(100)
            if audio {
                let range = SampleRange(session.timeline.end, count: SampleCount(1_600))
                let (second, tenth) = (range.start.samples / 1_600).quotientAndRemainder(dividingBy: 10)
                // Loud from 0.1 to 0.8 s of each second.
                if !silent.contains(Int(second)), isDense || (1..<8).contains(tenth) { session.noteLoud(range, in: .first) }
                if session.received(SampleCount(1_600), now: now)?.needsPump == true { done += session.pump(now: now) }
            }
            if let due, due <= now {
                self.due = nil
                done += session.pump(now: now)
            }
            if let lively, let leg = session.legs.first(where: { $0.id == LegID(lively) && $0.isOpen }) {
                let heard = Hypothesis(range: SampleRange(.zero, .zero + (session.timeline.end - leg.origin)), words: [])
                done += session.engine(.interim(heard), from: leg.id, now: now)
            }
            if let next = session.nextPump(now: now) { due = min(due ?? next, next) }
        }
        actions += done
        return done
    }

    @discardableResult
    mutating func engine(_ event: EngineEvent, from leg: Int) -> [SessionAction] {
        let done = session.engine(event, from: LegID(leg), now: now)
        actions += done
        return done
    }

    /// The leg makes the words of these seconds of the session final.
    @discardableResult
    mutating func says(_ seconds: Range<Int>, leg: Int, _ reason: FinalReason = .pause, through end: Double? = nil) -> [SessionAction] {
        guard let origin = session.legs.first(where: { $0.id == LegID(leg) })?.origin else { return [] }
        let shift = SampleIndex.zero - origin
        let range = SampleRange(Self.at(Double(seconds.lowerBound)), Self.at(end ?? Double(seconds.upperBound)))
        return engine(
            .final(Hypothesis(range: range.shifted(by: shift), words: words(seconds).map { $0.shifted(by: shift) }), reason: reason), from: leg)
    }

    @discardableResult
    mutating func hints(_ seconds: Range<Int>, leg: Int, stable: Int = 0) -> [SessionAction] {
        guard let origin = session.legs.first(where: { $0.id == LegID(leg) })?.origin else { return [] }
        let shift = SampleIndex.zero - origin
        let range = SampleRange(Self.at(Double(seconds.lowerBound)), Self.at(Double(seconds.upperBound)))
        let shown = words(seconds).map { $0.shifted(by: shift) }
        return engine(.interim(Hypothesis(range: range.shifted(by: shift), words: shown, stableWords: stable)), from: leg)
    }

    func words(_ seconds: Range<Int>) -> [Word] {
        seconds.filter { !silent.contains($0) }.map {
            Word("w\($0)", SampleRange(Self.at(Double($0) + 0.1), Self.at(Double($0) + 0.8)), confidence: 1)
        }
    }

    /// Somebody has listened whether there is speech in what a leg said nothing to.
    mutating func listened(_ question: (leg: LegID, range: SampleRange), hasSpeech: Bool?) {
        actions += session.listened(to: question.leg, through: question.range.end, hasSpeech: hasSpeech, now: now)
    }

    /// The words of the repair's range come from its engine.
    @discardableResult
    mutating func repairs(_ repair: Repair) -> [SessionAction] {
        let whole = 0..<Int(session.timeline.end.seconds(at: .speech)) + 1
        return answers(repair, .words(words(whole).filter { repair.range.contains($0.range.start) && repair.range.contains($0.range.end) }))
    }

    @discardableResult
    mutating func answers(_ repair: Repair, _ outcome: RepairOutcome) -> [SessionAction] {
        let done = session.repaired(repair.id, outcome, now: now)
        actions += done
        return done
    }

    mutating func command(_ command: SessionCommand) -> [SessionAction] {
        let done = session.command(command, now: now)
        actions += done
        return done
    }
}

extension Word {
    fileprivate func shifted(by count: SampleCount) -> Word {
        var word = self
        word.range = range.shifted(by: count)
        return word
    }
}
