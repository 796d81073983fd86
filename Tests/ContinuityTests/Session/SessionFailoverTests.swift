import Continuity
import Speech
import Testing

@Suite struct `A session whose engine fails` {
    private let now = Instant.now
    private let other = EngineName("other")

    private func running(_ engines: [EngineName]) -> SessionMachine {
        var session = SessionMachine(.init(rate: .speech, engines: engines.map { SessionEngine($0) }))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(16_000), now: now)
        _ = session.engine(Self.final(0, 6_000, "half"), from: LegID(0), now: now)
        return session
    }

    private static func final(_ start: Int, _ end: Int, _ text: String, _ reason: FinalReason = .pause) -> EngineEvent {
        let range = SampleRange(SampleIndex(start), SampleIndex(end))
        return .final(Hypothesis(range: range, words: [Word(text, range, confidence: 1)]), reason: reason)
    }

    private func commits(_ actions: [SessionAction]) -> [Commit] {
        actions.compactMap { if case .emit(.commit(let commit)) = $0 { commit } else { nil } }
    }

    @Test func `gives what was not final to the next engine, at its place in time`() {
        var session = running([.local, other])
        let failed = session.engine(.closed(.unavailable("gone")), from: LegID(0), now: now)
        #expect(failed.unrecorded == [.discard(LegID(0)), .open(LegID(1))])
        let opened = session.engine(.opened, from: LegID(1), now: now)
        #expect(opened == [.replay(LegID(1), SampleRange(SampleIndex(6_000), SampleIndex(16_000)))])
        let actions = session.engine(Self.final(0, 10_000, "whole"), from: LegID(1), now: now)
        let said = commits(actions)
        #expect(said.map(\.range) == [SampleRange(SampleIndex(6_000), SampleIndex(16_000))])
        #expect(said.map(\.engine) == [other])
    }

    private func starts(_ actions: [SessionAction]) -> [SampleIndex] {
        actions.compactMap { if case .emit(.speechStarted(_, let at)) = $0 { at } else { nil } }
    }

    /// A session whose second engine hears the audio from sample 6,000 again.
    private func takenOver(afterStart: Bool, turnEnd: EngineEvent = .turnEnded(.first, at: SampleIndex(6_000))) -> SessionMachine {
        var session = running([.local, other])
        _ = session.engine(.speechStarted(.first, at: SampleIndex(6_000)), from: LegID(0), now: now)
        _ = session.engine(turnEnd, from: LegID(0), now: now)
        if afterStart { _ = session.engine(.speechStarted(.first, at: SampleIndex(8_000)), from: LegID(0), now: now) }
        _ = session.engine(.closed(.unavailable("gone")), from: LegID(0), now: now)
        _ = session.engine(.opened, from: LegID(1), now: now)
        return session
    }

    @Test func `announces speech once that both engines hear`() {
        var session = takenOver(afterStart: true)
        #expect(starts(session.engine(.speechStarted(.first, at: SampleIndex(2_100)), from: LegID(1), now: now)) == [])
        _ = session.engine(Self.final(0, 4_000, "again"), from: LegID(1), now: now)
        _ = session.engine(.turnEnded(.first, at: SampleIndex(4_000)), from: LegID(1), now: now)
        #expect(starts(session.engine(.speechStarted(.first, at: SampleIndex(8_000)), from: LegID(1), now: now)).count == 1)
    }

    @Test func `announces the speech of a new turn, however the last one ended`() {
        for end in [EngineEvent.turnEnded(.first, at: SampleIndex(6_000)), Self.final(6_000, 7_000, "end", .endOfTurn)] {
            var session = takenOver(afterStart: false, turnEnd: end)
            #expect(starts(session.engine(.speechStarted(.first, at: SampleIndex(4_000)), from: LegID(1), now: now)).count == 1, "\(end)")
        }
    }

    @Test func `announces speech behind silence that the next engine has made final`() {
        var session = takenOver(afterStart: false)
        let silence = Hypothesis(range: SampleRange(.zero, SampleIndex(3_000)), words: [])
        _ = session.engine(.final(silence, reason: .pause), from: LegID(1), now: now)
        // The engine places the speech a little before the end of its own silence.
        let said = session.engine(.speechStarted(.first, at: SampleIndex(2_900)), from: LegID(1), now: now)
        #expect(starts(said) == [SampleIndex(9_000)])
    }

    /// A session of two channels, of which the first has lost its only engine for good.
    private func halfDead(repairers: [EngineName]) -> SessionMachine {
        var session = SessionMachine(
            .init(rate: .speech, channels: 2, engines: [SessionEngine(.local)], repairers: repairers, measuresLoudness: true))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.engine(.opened, from: LegID(1), now: now)
        _ = session.received(SampleCount(16_000), now: now)
        return session
    }

    @Test func `reports what comes after no engine is left, in all channels`() {
        var session = halfDead(repairers: [other])
        var actions = session.engine(.closed(.quotaExhausted("spent")), from: LegID(0), now: now)
        session.noteLoud(SampleRange(SampleIndex(20_000), SampleIndex(30_000)), in: ChannelIndex(1))
        _ = session.received(SampleCount(16_000), now: now)
        let heard = Hypothesis(range: SampleRange(.zero, SampleIndex(16_000)), words: [])
        actions += session.engine(.final(heard, reason: .endOfAudio), from: LegID(1), now: now)
        actions += session.engine(.closed(nil), from: LegID(1), now: now)
        #expect(session.isEnded == true)
        #expect(actions.gaps.contains(SampleRange(SampleIndex(16_000), SampleIndex(32_000))), "the other channel's engine was told to finish before")
    }

    @Test func `does not open an engine later that has rejected the session meanwhile`() {
        var session = halfDead(repairers: [other])
        _ = session.engine(.closed(.unavailable("503")), from: LegID(1), now: now)
        let actions = session.engine(.closed(.unauthorized("401")), from: LegID(0), now: now) + session.pump(now: now + .seconds(3))
        #expect(!actions.contains { if case .open = $0 { true } else { false } })
        #expect(session.isEnded == true)
    }

    @Test func `answers each finalize once in each channel, whoever of two engines does`() {
        var session = SessionMachine(
            .init(rate: .speech, channels: 2, engines: [SessionEngine(.local, channelsPerLeg: 2), SessionEngine(other, channelsPerLeg: 2)]))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        var actions = session.command(.finalize, now: now)
        actions += session.engine(.flushed(.first), from: LegID(0), now: now)
        actions += session.engine(.closed(.unavailable("gone")), from: LegID(0), now: now)
        actions += session.engine(.opened, from: LegID(1), now: now)
        actions += session.engine(.flushed(.first), from: LegID(1), now: now)
        actions += session.engine(.flushed(ChannelIndex(1)), from: LegID(1), now: now)
        let answers = actions.compactMap { if case .emit(.flushed(let channel)) = $0 { channel.number } else { nil } }
        #expect(answers == [0, 1])
    }

    @Test func `does not take a channel for ended because another one is said to be twice`() {
        var session = SessionMachine(.init(rate: .speech, channels: 2, engines: [SessionEngine(.local, channelsPerLeg: 2), SessionEngine(other)]))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(16_000), now: now)
        _ = session.command(.finish, now: now)
        for _ in 0..<2 { _ = session.engine(Self.final(0, 16_000, "all", .endOfAudio), from: LegID(0), now: now) }
        let closed = session.engine(.closed(.unavailable("gone")), from: LegID(0), now: now)
        #expect(closed.contains { if case .open = $0 { true } else { false } }, "nobody has heard the second channel")
    }

    @Test func `leaves what is loud behind a long final's last word to the next one`() {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local), SessionEngine(other)], measuresLoudness: true))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        session.noteLoud(SampleRange(.zero, SampleIndex(16_000)), in: .first)
        _ = session.received(SampleCount(16_000), now: now)
        let word = Word("long", SampleRange(.zero, SampleIndex(8_000)), confidence: 1)
        let cut = Hypothesis(range: SampleRange(.zero, SampleIndex(12_000)), words: [word])
        let commits = session.engine(.final(cut, reason: .length), from: LegID(0), now: now).commits
        #expect(commits.map(\.range) == [SampleRange(.zero, SampleIndex(8_000))])
    }

    /// Pieces of loud audio that had come when the final came.
    @Test(arguments: [[(0, 8_320)], [(0, 8_320), (9_600, 16_000)], [(0, 8_320), (9_600, 9_920), (10_240, 30_400)]])
    func `ends a long final where its own audio says, however much has come since`(_ loud: [(Int, Int)]) {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local), SessionEngine(other)], measuresLoudness: true))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        for (start, end) in loud { session.noteLoud(SampleRange(SampleIndex(start), SampleIndex(end)), in: .first) }
        _ = session.received(SampleCount(32_000), now: now)
        let word = Word("long", SampleRange(.zero, SampleIndex(8_320)), confidence: 1)
        let whole = SampleRange(.zero, SampleIndex(9_600))
        let commits = session.engine(.final(Hypothesis(range: whole, words: [word]), reason: .length), from: LegID(0), now: now).commits
        #expect(commits.map(\.range) == [whole])
    }

    @Test func `opens its only engine again at once, and then after two seconds`() {
        var session = running([.local])
        let failed = session.engine(.closed(.unavailable("gone")), from: LegID(0), now: now)
        #expect(failed.unrecorded == [.discard(LegID(0)), .open(LegID(1))])
        let again = session.engine(.closed(.unavailable("gone")), from: LegID(1), now: now)
        #expect(again.unrecorded == [.discard(LegID(1))])
        #expect(session.nextPump(now: now) == now + .seconds(2))
        let early = session.pump(now: now + .seconds(1))
        let due = session.pump(now: now + .seconds(2))
        #expect(early == [])
        #expect(due == [.open(LegID(2))])
    }

    @Test func `passes on what the dead engine was told and did not answer`() {
        var session = running([.local, other])
        _ = session.command(.finalize, now: now)
        _ = session.command(.finish, now: now)
        _ = session.engine(.closed(.timedOut("")), from: LegID(0), now: now)
        let opened = session.engine(.opened, from: LegID(1), now: now)
        #expect(
            opened == [
                .replay(LegID(1), SampleRange(SampleIndex(6_000), SampleIndex(16_000))), .command(LegID(1), .finalize), .command(LegID(1), .finish),
            ])
    }

    @Test func `ends once every attempt has failed, and reports what was lost`() {
        var session = running([.local])
        var clock = now
        var actions = session.engine(.closed(.unavailable("gone")), from: LegID(0), now: clock)
        for attempt in 1...4 {
            clock += .seconds(2)
            _ = session.pump(now: clock)
            actions = session.engine(.closed(.unavailable("gone")), from: LegID(attempt), now: clock)
        }
        let lost = SampleRange(SampleIndex(6_000), SampleIndex(16_000))
        #expect(actions.contains(.emit(.gap(.first, lost, .unavailable("gone")))))
        #expect(session.isEnded == true)
    }

    @Test func `has all its attempts again once an engine has made something final`() {
        var session = running([.local])
        var clock = now
        for attempt in 0..<10 {
            _ = session.engine(.closed(.unavailable("gone")), from: LegID(attempt), now: clock)
            clock += .seconds(2)
            _ = session.pump(now: clock)
            _ = session.engine(.opened, from: LegID(attempt + 1), now: clock)
            _ = session.engine(Self.final(0, 100, "w"), from: LegID(attempt + 1), now: clock)
        }
        #expect(session.isEnded == false)
    }

    @Test func `takes an error behind the last final for the end`() {
        var session = running([.local, other])
        _ = session.command(.finish, now: now)
        _ = session.engine(Self.final(6_000, 16_000, "rest", .endOfAudio), from: LegID(0), now: now)
        let last = session.engine(.closed(.timedOut("no goodbye")), from: LegID(0), now: now)
        #expect(last.unrecorded == [.discard(LegID(0)), .emit(.ended(SessionEnd(received: SampleCount(16_000))))])
    }

    @Test(arguments: [EngineError.timedOut("heard nothing"), nil])
    func `opens an engine that tired of waiting again when audio comes`(error: EngineError?) {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local)]))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        let tired = session.engine(.closed(error), from: LegID(0), now: now)
        #expect(tired.unrecorded == [.discard(LegID(0))])
        let quiet = session.pump(now: now + .seconds(600))
        #expect(quiet == [])
        let receipt = session.received(SampleCount(160), now: now)
        #expect(receipt?.needsPump == true)
        let woken = session.pump(now: now)
        #expect(woken == [.open(LegID(1))])
        let opened = session.engine(.opened, from: LegID(1), now: now)
        #expect(opened == [.replay(LegID(1), SampleRange(.zero, SampleIndex(160)))])
    }

    @Test func `lets a client finish whose engine tired of waiting`() {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local)]))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.engine(.closed(.timedOut("heard nothing")), from: LegID(0), now: now)
        let finishing = session.command(.finish, now: now)
        #expect(finishing == [.open(LegID(1))])
        let opened = session.engine(.opened, from: LegID(1), now: now)
        #expect(opened == [.command(LegID(1), .finish)])
        _ = session.engine(.closed(nil), from: LegID(1), now: now)
        #expect(session.isEnded == true)
    }

    @Test func `does not take for silent what is loud in a long final without words of an engine that gives no times`() throws {
        let untimed = SessionEngine(Conversation.first, limits: .init(pace: 1.25), hasWordTimes: false)
        var talk = Conversation([untimed, Conversation.paced(Conversation.second)])
        talk.hear(2.5)
        // “Twenty eight”, of which the second half is still to be said.
        let done = talk.engine(.final(Hypothesis(range: SampleRange(.zero, Conversation.at(2.5)), words: []), reason: .length), from: 0)
        #expect(done.commits.map(\.range.end) == [Conversation.at(1.5)])
    }

    @Test func `takes a final of an engine that gives no times for the same when it is said again`() {
        let untimed = SessionEngine(Conversation.first, limits: .init(pace: 1.25), hasWordTimes: false)
        var talk = Conversation([untimed, Conversation.paced(Conversation.second)])
        talk.isDense = true
        talk.silent = [1]
        talk.hear(2.5)
        talk.engine(.final(Hypothesis(range: SampleRange(.zero, Conversation.at(0.8)), words: []), reason: .length), from: 0)
        // Where it is loud at first somebody may have said it, or behind the pause.
        let range = SampleRange(Conversation.at(0.8), Conversation.at(2.3))
        let said = EngineEvent.final(Hypothesis(range: range, words: [Word("river", range, confidence: 1)]), reason: .length)
        talk.engine(said, from: 0)
        talk.engine(said, from: 0)
        #expect(talk.actions.said == "river")
        #expect(talk.actions.commits.last?.words.first?.range.start == .zero, "what the final before did not cover is said in this one")
    }

    @Test(arguments: [true, false], ["the", "and"])
    func `takes a word that an engine says without a length, once`(_ hasWordTimes: Bool, _ before: String) {
        let untimed = SessionEngine(Conversation.first, limits: .init(pace: 1.25), hasWordTimes: hasWordTimes)
        var talk = Conversation([untimed, Conversation.paced(Conversation.second)])
        talk.hear(2)
        for (text, start, end) in [(before, 0, 1.5), ("and", 1.5, 1.5), ("and", 1.5, 1.5)] {
            let range = SampleRange(Conversation.at(start), Conversation.at(end))
            talk.engine(.final(Hypothesis(range: range, words: [Word(text, range, confidence: 1)]), reason: .pause), from: 0)
        }
        #expect(talk.actions.said == before + " and")
    }

    @Test func `knows a word that an engine without times says behind a final that did not cover it`() {
        let untimed = SessionEngine(Conversation.second, hasWordTimes: false)
        var talk = Conversation([SessionEngine(Conversation.first), untimed], repairers: [])
        talk.isDense = true
        talk.hear(0.6)
        func say(_ text: String, _ start: Double, _ end: Double, _ reason: FinalReason, from leg: Int) {
            let range = SampleRange(Conversation.at(start), Conversation.at(end))
            let words = text.isEmpty ? [] : [Word(text, range, confidence: 1)]
            talk.engine(.final(Hypothesis(range: range, words: words), reason: reason), from: leg)
        }
        say("coffee", 0, 0.25, .length, from: 0)
        talk.engine(.closed(.unavailable("reset")), from: 0)
        talk.engine(.opened, from: 1)
        say("", 0, 0.42, .flush, from: 1)
        say("coffee", 0.42, 0.6, .endOfAudio, from: 1)
        #expect(talk.actions.said == "coffee")
    }
}
