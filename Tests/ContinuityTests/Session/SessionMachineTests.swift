import Continuity
import HarkenTesting
import Speech
import Testing

@Suite struct `A session` {
    private let now = Instant.now

    private func machine(channels: Int = 1, maxWaiting: Duration = .seconds(300)) -> SessionMachine {
        SessionMachine(
            .init(rate: .speech, channels: channels, engines: [SessionEngine(.local)], recovery: .init(retries: 0), maxWaiting: maxWaiting))
    }

    private func heard(_ end: Int, _ text: String? = nil, channel: Int = 0) -> Hypothesis {
        let words = text.map { [Word($0, SampleRange(.zero, SampleIndex(end)), confidence: 1)] } ?? []
        return Hypothesis(
            channel: ChannelIndex(channel), range: SampleRange(.zero, SampleIndex(end)), words: words)
    }

    @Test func `keeps the first words for a leg that opens late`() throws {
        var session = machine()
        let outcome1 = session.start(now: now)
        #expect(outcome1 == [.open(LegID(0))])
        let outcome2 = session.received(SampleCount(800), now: now)
        let first = try #require(outcome2)
        let range = first.range
        #expect(!first.goesToLeg(in: 0) && first.needsPump)
        let outcome4 = session.pump(now: now)
        #expect(outcome4 == [])
        let outcome5 = session.engine(.opened, from: LegID(0), now: now)
        #expect(outcome5 == [.emit(.ready), .replay(LegID(0), range)])
        let outcome6 = session.received(SampleCount(800), now: now)
        let next = try #require(outcome6)
        #expect(next.goesToLeg(in: 0) && !next.needsPump)
    }

    @Test(arguments: [0, 800]) func `ends where its final words end when its client goes on there`(start: Int) {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        _ = session.engine(.final(heard(800, "hello"), reason: .endOfTurn), from: LegID(0), now: now)
        let outcome = session.leave(from: SampleIndex(start), now: now)
        #expect(
            outcome.unrecorded
                == [.command(LegID(0), .cancel), .discard(LegID(0)), .emit(.ended(SessionEnd(received: SampleCount(800))))])
        let late = session.engine(.final(heard(1_600, "you"), reason: .endOfAudio), from: LegID(0), now: now)
        #expect(late == [])
    }

    @Test func `goes on when its client has nothing from the end of the final words on, or the channels' words end apart`() {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        _ = session.engine(.final(heard(800, "hello"), reason: .endOfTurn), from: LegID(0), now: now)
        let early = session.leave(from: SampleIndex(801), now: now)
        #expect(early == [])
        #expect(session.isEnded == false)
        var stereo = machine(channels: 2)
        _ = stereo.start(now: now)
        for leg in 0..<2 { _ = stereo.engine(.opened, from: LegID(leg), now: now) }
        _ = stereo.received(SampleCount(1_600), now: now)
        _ = stereo.engine(.final(heard(800, "hello"), reason: .endOfTurn), from: LegID(0), now: now)
        let apart = stereo.leave(from: .zero, now: now)
        #expect(apart == [])
        #expect(stereo.isEnded == false)
    }

    @Test func `ends in order when its client finishes`() throws {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        let outcome8 = session.received(SampleCount(1_600), now: now)
        let range = try #require(outcome8).range
        let outcome10 = session.command(.finish, now: now)
        #expect(outcome10 == [.command(LegID(0), .finish)])
        let outcome11 = session.received(SampleCount(1), now: now)
        #expect(outcome11 == nil)
        let commit = Commit(
            channel: .first, range: range, words: heard(1_600, "bye").words, reason: .endOfAudio,
            engine: .local)
        let outcome12 = session.engine(
            .final(heard(1_600, "bye"), reason: .endOfAudio), from: LegID(0), now: now)
        #expect(
            outcome12
                == [.record(commit, turn: 0), .emit(.commit(commit))])
        let outcome13 = session.engine(.closed(nil), from: LegID(0), now: now)
        #expect(
            outcome13.unrecorded
                == [.discard(LegID(0)), .emit(.ended(SessionEnd(received: SampleCount(1_600))))])
        #expect(session.isEnded == true)
    }

    @Test func `reports what a failing engine left open as a gap`() throws {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        _ = session.engine(.final(heard(600, "half"), reason: .pause), from: LegID(0), now: now)
        let error = EngineError.unavailable("gone")
        let outcome15 = session.engine(.closed(error), from: LegID(0), now: now)
        #expect(
            outcome15.unrecorded == [
                .discard(LegID(0)),
                .emit(.gap(.first, SampleRange(SampleIndex(600), SampleIndex(1_600)), error)),
                .emit(.ended(SessionEnd(received: SampleCount(1_600), error: error))),
            ])
    }

    @Test func `takes an engine that stops before the end of the audio for broken`() {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        let actions = session.engine(.closed(nil), from: LegID(0), now: now)
        guard case .emit(.ended(let end)) = actions.last else {
            Issue.record("did not end")
            return
        }
        #expect(end.error != nil)
    }

    @Test func `lets its engine go when the client is gone`() {
        var session = machine()
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        let actions = session.command(.abandon, now: now)
        #expect(actions.prefix(2) == [.command(LegID(0), .cancel), .discard(LegID(0))])
        #expect(session.isEnded == true)
    }

    @Test func `hears nothing from a leg that is gone`() {
        var session = machine()
        _ = session.start(now: now)
        _ = session.command(.abandon, now: now)
        let outcome16 = session.engine(
            .final(heard(1, "late"), reason: .pause), from: LegID(0), now: now)
        #expect(outcome16 == [])
    }

    @Test func `opens a leg for each channel of an engine that takes one`() {
        var session = machine(channels: 2)
        let outcome17 = session.start(now: now)
        #expect(outcome17 == [.open(LegID(0)), .open(LegID(1))])
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.engine(.opened, from: LegID(1), now: now)
        let actions = session.engine(.speechStarted(.first, at: .zero), from: LegID(1), now: now)
        #expect(actions == [.emit(.speechStarted(ChannelIndex(1), at: .zero))])
    }

    @Test func `holds a client back that is too far ahead, and lets it go on`() throws {
        var session = machine(maxWaiting: .seconds(1))
        _ = session.start(now: now)
        _ = session.received(SampleCount(16_001), now: now)
        let outcome18 = session.pump(now: now)
        #expect(outcome18 == [.report(.holdClient(true))])
        let outcome19 = session.engine(.opened, from: LegID(0), now: now)
        #expect(outcome19.contains(.report(.holdClient(false))))
    }

    /// Any engine that keeps to the contract, and any mixture of commands: every sample is settled exactly once, and the client's view is in order.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `settles every sample exactly once`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var session = machine(channels: Int.random(in: 1...2, using: &random))
        var view = LiveView()
        var clock = now
        view.take(session.start(now: now))
        var heard: [LegID: Int64] = [:]
        var finished: Set<LegID> = []
        for step in 0..<120 {
            clock += .milliseconds(Int.random(in: 1...50, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1, 2:
                if session.received(SampleCount(Int.random(in: 1...1_600, using: &random)), now: clock) != nil {
                    view.take(session.pump(now: clock))
                }
            case 3:
                let leg = session.legs.randomElement(using: &random)!
                view.take(session.engine(.opened, from: leg.id, now: clock))
            case 4:
                let leg = session.legs.randomElement(using: &random)!
                guard leg.isOpen else { continue }
                let from = heard[leg.id, default: 0]
                let through = Int64.random(in: from...max(from, leg.sentThrough.samples), using: &random)
                heard[leg.id] = through
                let words =
                    through > from
                    ? [Word("w", SampleRange(SampleIndex(from), SampleIndex(through)), confidence: 1)] : []
                let piece = Hypothesis(
                    range: SampleRange(SampleIndex(from), SampleIndex(through)), words: words)
                let reason: FinalReason = [.pause, .endOfTurn, .length].randomElement(using: &random)!
                view.take(session.engine(.final(piece, reason: reason), from: leg.id, now: clock))
            default:
                if step > 80 { view.take(session.command(.finish, now: clock)) }
            }
        }
        view.take(session.command(.finish, now: clock))
        for leg in session.legs {
            view.take(session.engine(.opened, from: leg.id, now: clock))
            let from = heard[leg.id, default: 0]
            let rest = Hypothesis(range: SampleRange(SampleIndex(from), session.timeline.end), words: [])
            view.take(session.engine(.final(rest, reason: .endOfAudio), from: leg.id, now: clock))
            if finished.insert(leg.id).inserted {
                view.take(session.engine(.closed(nil), from: leg.id, now: clock))
            }
        }
        #expect(session.isEnded == true)
        #expect(view.problems == [])
        #expect(view.end?.error == nil)
        for channel in 0..<view.channels {
            #expect(view.settled[channel, default: .zero] == session.timeline.end)
        }
    }
}

/// What a client would have been told, checked as it comes.
private struct LiveView {
    var settled: [Int: SampleIndex] = [:]
    var channels = 0
    var problems: [String] = []
    var end: SessionEnd?

    mutating func take(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .open: channels += 1
            case .emit(.commit(let commit)):
                settle(commit.channel, commit.range)
                for word in commit.words
                where word.range.start < commit.range.start || word.range.end > commit.range.end {
                    problems.append("a word lies outside its commit")
                }
            case .emit(.gap(let channel, let range, _)): settle(channel, range)
            case .emit(.ended(let end)):
                if self.end != nil { problems.append("ended twice") }
                self.end = end
            case .emit where end != nil: problems.append("an event after the end")
            case .emit, .replay, .command, .discard, .record, .repair, .cancelRepair, .listen, .report, .ran:
                break
            }
        }
    }

    private mutating func settle(_ channel: ChannelIndex, _ range: SampleRange) {
        if range.start != settled[channel.number, default: .zero] {
            problems.append("not contiguous at \(range.start.samples)")
        }
        settled[channel.number] = range.end
    }
}
