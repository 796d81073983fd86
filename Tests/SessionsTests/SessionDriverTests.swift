import HarkenTesting
import Net
import Sessions
import Speech
import Testing

@Suite(.hangLimit) struct `A session driver` {
    private let log = SharedLog()

    private var order: [String] { log.entries }

    /// The word of one second, as a final.
    private func final(_ text: String, _ second: Int) -> EngineEvent {
        let range = SampleRange(SampleIndex(16_000 * second), SampleIndex(16_000 * (second + 1)))
        return .final(Hypothesis(range: range, words: [Word(text, range, confidence: 1)]), reason: .pause)
    }

    @Test func `keeps audio before an engine hears the audio`() async throws {
        try await DriverWorld.with([FakeEngine(log: log)], log: log) { world in
            try await world.until("ready")
            #expect(await world.push(800) == SampleCount(800))
            #expect(order.suffix(2) == ["kept 0–800", "fake heard 800"])
        }
    }

    @Test func `replays kept audio to a stream that opens late`() async throws {
        let engine = ScriptedEngine(fault: .hangs)
        try await DriverWorld.with([engine], log: log) { world in
            for _ in 0..<20 { await world.push(800) }
            #expect(!order.contains { $0.hasPrefix("replayed") })
            engine.openAll()
            try await world.until("said w1")
            #expect(order.contains { $0.hasPrefix("replayed 0–") })
        }
    }

    @Test func `records a commit before the observer hears of the commit`() async throws {
        let engine = FakeEngine(log: log)
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            await world.push(16_000)
            engine.say(final("hello", 0))
            try await world.until("said hello")
            #expect(order.suffix(2) == ["recorded hello", "said hello"])
        }
    }

    @Test func `keeps what a vendor calls its session with the attempt`() async throws {
        let engine = FakeEngine(log: log)
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            engine.say(.notice(.session(try #require(EngineSession(vendorID: "dg-5")))))
            await world.command(.abandon)
            try await world.until("attempt 0 over at fake, session dg-5")
        }
    }

    @Test func `tells where an engine heard speech, and its judgment of the last pause only`() async throws {
        let first = FakeEngine("first", log: log), second = FakeEngine("second", log: log)
        try await DriverWorld.with([first, second], log: log) { world in
            try await world.until("ready")
            for _ in 0..<40 { await world.push(800) }
            func speech(_ from: Int, _ to: Int, pause: Int?) -> EngineHearing {
                .speech(.first, SampleRange(SampleIndex(from), SampleIndex(to)), pause: pause)
            }
            first.hear(speech(1_000, 9_000, pause: 1))
            first.hear(speech(10_000, 12_000, pause: 2))
            first.hear(.turn(.first, pause: 1, probability: 0.125))
            first.hear(.turn(.first, pause: 2, probability: 0.75))
            try await world.until("judged 0.75 at 12000 by first")
            #expect(
                order.filter { $0.hasPrefix("heard ") || $0.hasPrefix("judged ") } == [
                    "heard 1000–9000", "heard 10000–12000", "judged 0.75 at 12000 by first",
                ])
            // Another engine's time begins where its leg begins.
            first.say(final("one", 0))
            try await world.until("said one")
            first.say(.closed(.unauthorized("no")))
            try await HarkenTesting.until { order.contains { $0.hasPrefix("replayed ") } }
            let replayed = try #require(order.first { $0.hasPrefix("replayed ") }?.split(separator: " ").last)
            let origin = try #require(Int(replayed.split(separator: "–")[0]))
            second.hear(speech(100, 300, pause: nil))
            try await world.until("heard \(origin + 100)–\(origin + 300)")
        }
    }

    @Test func `tells how far an engine has come, before the final that is decided there`() async throws {
        let first = FakeEngine("first", log: log), second = FakeEngine("second", log: log)
        try await DriverWorld.with([first, second], log: log) { world in
            try await world.until("ready")
            for _ in 0..<40 { await world.push(800) }
            first.hear(.decided(.first, through: SampleIndex(9_000)))
            first.say(final("one", 0))
            try await world.until("said one")
            #expect(order.suffix(3) == ["decided 9000 by first", "recorded one", "said one"])
            first.say(.closed(.unauthorized("no")))
            try await HarkenTesting.until { order.contains { $0.hasPrefix("replayed ") } }
            let replayed = try #require(order.first { $0.hasPrefix("replayed ") }?.split(separator: " ").last)
            let origin = try #require(Int(replayed.split(separator: "–")[0]))
            second.hear(.decided(.first, through: SampleIndex(300)))
            try await world.until("decided \(origin + 300) by second")
        }
    }

    @Test func `tells no position while an engine's finals wait for those of the stream before`() async throws {
        let engine = FakeEngine(log: log)
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            for _ in 0..<20 { await world.push(800) }
            // Another stream takes over, and hears the audio from here on.
            await world.command(.update(StreamChange(keyterms: ["Harken"])))
            try await world.until("attempt 1 began at fake")
            engine.hear(.decided(.first, through: SampleIndex(300)))
            try await world.until("decided nothing by fake")
            engine.sayFirst(final("one", 0))
            engine.sayFirst(.closed(nil))
            try await world.until("attempt 0 over at fake")
            engine.hear(.decided(.first, through: SampleIndex(400)))
            try await world.until("decided 16400 by fake")
        }
    }

    @Test func `opens a stream with the changed options when an engine refuses the change in its open stream`() async throws {
        let engine = FakeEngine(log: log, changes: [.keyterms])
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            await world.push(800)
            await world.command(.update(StreamChange(keyterms: ["Harken"])))
            try await world.until("fake changes to Harken")
            #expect(!order.contains("attempt 1 began at fake"))
            engine.say(.notice(.changeRefused("no")))
            try await world.until("fake finishes")
            #expect(order.contains("attempt 1 began at fake") && order.contains("fake opens with Harken"))
            // The stream that ends anyway gets no other one.
            engine.sayFirst(.notice(.changeRefused("late")))
            try await HarkenTesting.until { order.contains { $0.hasPrefix("fake: changeRefused(\"late\"") } }
            await world.push(800)
            #expect(!order.contains("attempt 2 began at fake"))
        }
    }

    @Test(arguments: [UnbilledFeatures([.terms]), UnbilledFeatures([]), nil])
    func `does not count features that an engine refused in its open stream`(unbilled: UnbilledFeatures?) async throws {
        let engine = FakeEngine(log: log, changes: [.keyterms])
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            await world.push(800)
            await world.command(.update(StreamChange(keyterms: ["Harken"])))
            try await world.until("fake changes to Harken")
            engine.say(.notice(.changeRefused("no", unbilled: unbilled)))
            try await world.until("fake finishes")
            engine.sayFirst(.closed(.unavailable("gone")))
            try await world.until("attempt 0 over at fake")
            #expect(order.contains("attempt 0 had key terms") == (unbilled?.features.contains(.terms) != true))
        }
    }

    @Test(arguments: [("first", EngineError.unavailable("gone")), ("second", .unauthorized("no"))])
    func `keeps what changed in an open stream when the stream is lost`(next: String, error: EngineError) async throws {
        let first = FakeEngine("first", log: log, changes: [.keyterms]), second = FakeEngine("second", log: log)
        try await DriverWorld.with(next == "first" ? [first] : [first, second], log: log) { world in
            try await world.until("ready")
            for _ in 0..<40 { await world.push(800) }
            await world.command(.update(StreamChange(keyterms: ["Harken"])))
            try await world.until("first changes to Harken")
            first.say(.closed(error))
            try await world.until("\(next) opens with Harken")
            // A vendor may bill the terms.
            try await world.until("attempt 0 had key terms")
            try await HarkenTesting.until { order.contains { $0.hasPrefix("replayed ") } }
        }
    }

    @Test func `goes on at the next engine with the audio that nothing was said to`() async throws {
        let first = FakeEngine("first", log: log), second = FakeEngine("second", log: log)
        try await DriverWorld.with([first, second], log: log) { world in
            try await world.until("ready")
            for _ in 0..<40 { await world.push(800) }
            first.say(final("one", 0))
            try await world.until("said one")
            first.say(.closed(.unauthorized("no")))
            try await world.until("attempt 1 began at second")
            try await world.until("attempt 0 over at first")
            try await HarkenTesting.until { order.contains { $0.hasPrefix("replayed ") } }
            let replayed = try #require(order.first { $0.hasPrefix("replayed ") })
            #expect(replayed.hasSuffix("–32000"))
            #expect(!replayed.hasPrefix("replayed 0–"), "what is final is not recognized again")
        }
    }

    @Test func `ends the session when its journal has lost the audio`() async throws {
        let engine = ScriptedEngine(fault: .hangs)
        try await DriverWorld.with([engine], log: log, losesAudio: true) { world in
            await world.push(800)
            engine.openAll()
            try await HarkenTesting.until { order.contains { $0.hasPrefix("ended: ") } }
            #expect(order.last?.contains("audio cannot be read from the journal: it is gone") == true)
            #expect(await !world.takesAudio)
        }
    }

    @Test func `takes no audio after the client has finished`() async throws {
        try await DriverWorld.with([ScriptedEngine()], log: log) { world in
            try await world.until("ready")
            for _ in 0..<20 { await world.push(800) }
            #expect(await world.takesAudio)
            await world.command(.finish)
            #expect(await !world.takesAudio)
            #expect(await world.push(800) == nil)
            try await world.until("ended")
            #expect(order.contains("said w1"))
            #expect(!order.contains("kept 16000–16800"))
        }
    }

    @Test func `tells nothing after the end`() async throws {
        let engine = FakeEngine(log: log)
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            await world.command(.abandon)
            try await HarkenTesting.until { order.contains { $0.hasPrefix("ended") } }
            let before = order.count
            engine.say(final("late", 0))
            engine.say(.skipped("late"))
            #expect(await world.push(800) == nil)
            #expect(order.count == before)
        }
    }

    @Test func `tells what an engine says besides words`() async throws {
        let engine = FakeEngine(log: log)
        try await DriverWorld.with([engine], log: log) { world in
            try await world.until("ready")
            engine.say(.skipped("no JSON"))
            engine.say(.notice(.creditsLow(.seconds(60))))
            try await world.until("skipped of fake: no JSON")
            try await world.until("credit of fake: 60.0 seconds")
        }
    }

    @Test func `numbers each attempt and tells its end once`() async throws {
        try await DriverWorld.with([ScriptedEngine(fault: .rejects(.unauthorized("no"))), FakeEngine(log: log)], log: log) { world in
            try await world.until("ready")
            await world.push(800)
            await world.command(.abandon)
            try await HarkenTesting.until { order.contains { $0.hasPrefix("ended") } }
            let attempts = order.filter { $0.hasPrefix("attempt") }
            #expect(attempts == ["attempt 0 began at scripted", "attempt 0 over at scripted", "attempt 1 began at fake", "attempt 1 over at fake"])
        }
    }
}
