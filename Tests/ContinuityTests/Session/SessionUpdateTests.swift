import Continuity
import Speech
import Testing

@Suite struct `A session whose options change` {
    private let now = Instant.now
    private let options = StreamOptions(rate: .speech, language: LanguageTag("de"))

    private func running() -> SessionMachine {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local)]))
        _ = session.start(now: now)
        _ = session.engine(.opened, from: LegID(0), now: now)
        _ = session.received(SampleCount(1_600), now: now)
        return session
    }

    private func final(_ start: Int, _ end: Int, _ text: String) -> EngineEvent {
        let range = SampleRange(SampleIndex(start), SampleIndex(end))
        return .final(Hypothesis(range: range, words: [Word(text, range, confidence: 1)]), reason: .endOfAudio)
    }

    private func words(_ actions: [SessionAction]) -> [String] {
        actions.flatMap { action in if case .emit(.commit(let commit)) = action { commit.words.map(\.text) } else { [String]() } }
    }

    @Test func `tells an engine that can change`() {
        var session = running()
        let actions = session.update(inStream: true, options, now: now)
        #expect(actions == [.command(LegID(0), .update(options))])
    }

    @Test func `opens a new stream for an engine that cannot, and sends the audio in between to it`() throws {
        var session = running()
        let said1 = session.update(inStream: false, options, now: now)
        #expect(said1 == [.open(LegID(1)), .command(LegID(0), .finish)])
        let received2 = session.received(SampleCount(800), now: now)
        let receipt = try #require(received2)
        #expect(!receipt.goesToLeg(in: 0) && !receipt.goesToLeg(in: 1))
        let said3 = session.engine(.opened, from: LegID(1), now: now)
        #expect(said3 == [.replay(LegID(1), receipt.range)])
        let received4 = session.received(SampleCount(800), now: now)
        let next = try #require(received4)
        #expect(!next.goesToLeg(in: 0) && next.goesToLeg(in: 1))
    }

    @Test func `keeps what the new stream says until the old one has said all`() {
        var session = running()
        _ = session.update(inStream: false, options, now: now)
        _ = session.received(SampleCount(1_600), now: now)
        _ = session.engine(.opened, from: LegID(1), now: now)
        let said5 = session.engine(final(0, 1_600, "zwei"), from: LegID(1), now: now)
        #expect(said5 == [])
        let said6 = session.engine(final(0, 1_600, "one"), from: LegID(0), now: now)
        #expect(words(said6) == ["one"])
        let rest = session.engine(.closed(nil), from: LegID(0), now: now)
        #expect(words(rest) == ["zwei"])
        #expect(session.isEnded == false)
    }

    @Test func `ends once both streams have ended`() {
        var session = running()
        _ = session.update(inStream: false, options, now: now)
        _ = session.engine(.opened, from: LegID(1), now: now)
        let said7 = session.command(.finish, now: now)
        #expect(said7 == [.command(LegID(1), .finish)])
        _ = session.engine(.closed(nil), from: LegID(1), now: now)
        #expect(session.isEnded == false, "the first stream has not said all")
        _ = session.engine(final(0, 1_600, "one"), from: LegID(0), now: now)
        _ = session.engine(.closed(nil), from: LegID(0), now: now)
        #expect(session.isEnded == true)
    }

    @Test func `says once that an engine is ready`() {
        var session = SessionMachine(.init(rate: .speech, engines: [SessionEngine(.local)]))
        _ = session.start(now: now)
        let said8 = session.engine(.opened, from: LegID(0), now: now)
        #expect(said8.contains(.emit(.ready)))
        _ = session.update(inStream: false, options, now: now)
        let said9 = session.engine(.opened, from: LegID(1), now: now)
        #expect(!said9.contains(.emit(.ready)))
    }
}
