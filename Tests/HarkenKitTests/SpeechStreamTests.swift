import HarkenTesting
import Sessions
import Speech
import Testing

@testable import HarkenKit

@Suite(.hangLimit) struct `A program's stream` {
    private func core(_ engine: ScriptedEngine, _ options: TranscriptionOptions = TranscriptionOptions()) -> EngineCore {
        EngineCore(LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine)), options: options)
    }

    private func finals(_ events: [StreamEvent]) -> [String] {
        events.compactMap { if case .final(let said) = $0 { said.text } else { nil } }
    }

    private func all(_ stream: SpeechStream) async -> [StreamEvent] {
        var events: [StreamEvent] = []
        for await event in stream.events { events.append(event) }
        return events
    }

    @Test func `is told from its opening to its end`() async throws {
        let stream = try core(ScriptedEngine()).stream(nil)
        for _ in 0..<40 { stream.push([Int16](repeating: 0, count: 800)) }
        stream.finish()
        let events = await all(stream)
        #expect(events.first == .opened)
        #expect(finals(events) == ["w1 w2"])
        let usage = events.compactMap { if case .usage(let audio) = $0 { audio } else { nil } }
        #expect(usage == [.seconds(2)])
        guard case .terminated(let end) = events.last else {
            Issue.record("did not end")
            return
        }
        #expect(end.audio == .seconds(2))
        #expect(end.error == nil)
    }

    @Test(arguments: [true, false])
    func `tells apart the voices of a stream, where the engine does not`(isAsked: Bool) async throws {
        let engine = ScriptedEngine()
        var options = TranscriptionOptions()
        options.tellsSpeakersApart = isAsked
        let live = LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine))
        let stream = try EngineCore(live, voices: TestEars(), options: options).stream(nil)
        for second in 0..<8 { stream.push([Int16](repeating: second < 4 ? 8_000 : -8_000, count: 16_000)) }
        stream.finish()
        let events = await all(stream)
        let words = events.flatMap { if case .final(let said) = $0 { said.words } else { [TimedWord]() } }
        #expect(words.map(\.text) == (1...8).map { "w\($0)" })
        #expect(words.map { $0.speaker?.number } == (isAsked ? [0, 0, 0, 0, 1, 1, 1, 1] : Array(repeating: nil, count: 8)))
        guard case .terminated? = events.last else { return #expect(Bool(false), "the stream did not end") }
    }

    @Test func `ends a turn where it is told to`() async throws {
        let stream = try core(ScriptedEngine()).stream(nil)
        stream.push([Int16](repeating: 0, count: 8_000))
        stream.forceEndpoint()
        stream.push([Int16](repeating: 0, count: 8_000))
        stream.userStoppedSpeaking()
        stream.finish()
        #expect(finals(await all(stream)) == ["w1", "w2"])
    }

    @Test func `does not force an endpoint when its options say so`() async throws {
        var options = TranscriptionOptions()
        options.forcesEndpointWhenUserStops = false
        let stream = try core(ScriptedEngine()).stream(options)
        stream.push([Int16](repeating: 0, count: 8_000))
        stream.userStoppedSpeaking()
        stream.push([Int16](repeating: 0, count: 8_000))
        stream.finish()
        #expect(finals(await all(stream)) == ["w1"])
    }

    @Test func `loses no audio when its options change to what takes a new connection`() async throws {
        let engine = core(ScriptedEngine())
        let stream = try engine.stream(nil)
        stream.push([Int16](repeating: 0, count: 16_000))
        var options = TranscriptionOptions()
        options.keyterms = ["Harken"]
        engine.update(options)
        stream.push([Int16](repeating: 0, count: 16_000))
        stream.finish()
        let events = await all(stream)
        guard case .terminated(let end) = events.last else {
            Issue.record("did not end")
            return
        }
        #expect(end.audio == .seconds(2))
        let words = events.flatMap { if case .final(let said) = $0 { said.words } else { [TimedWord]() } }
        #expect(words.map(\.start) == [.zero, .seconds(1)])
    }

    @Test func `ends at once when it is cancelled`() async throws {
        let engine = ScriptedEngine(fault: .hangs)
        let stream = try core(engine).stream(nil)
        stream.push([Int16](repeating: 0, count: 16_000))
        stream.cancel()
        guard case .terminated(let end) = await all(stream).last else {
            Issue.record("did not end")
            return
        }
        #expect(end.error == nil)
    }

    @Test func `tells why it cannot be, and how to mend it`() throws {
        #expect(throws: KitError.missingKey(vendor: "Deepgram", variable: "DEEPGRAM_API_KEY")) { _ = try Deepgram(key: "") }
        #expect(KitError.missingKey(vendor: "Deepgram", variable: "DEEPGRAM_API_KEY").description.contains("DEEPGRAM_API_KEY"))
        #expect(throws: KitError.invalidURL("https://")) { _ = try Deepgram(key: "k", baseURL: "https://") }
    }

    @Test func `refuses a key that cannot be one, without showing it`() throws {
        let error = KitError.invalidKey(name: "key", problem: "has more than one line")
        #expect(throws: error) { _ = try Deepgram(key: "zq-9f3e71\nother") }
        #expect(throws: error) { _ = try OpenAI(key: "zq-9f3e71\r\nother", baseURL: "http://127.0.0.1:1", live: .realtime) }
        #expect(throws: error) { _ = try Harken(url: "http://127.0.0.1:1", key: "zq-9f3e71\nother") }
        #expect(error.description == "key has more than one line; use the key alone, in one line of ASCII without blanks")
        #expect(throws: KitError.invalidKey(name: "key", problem: "is empty")) { _ = try AssemblyAI(key: "  ") }
        _ = try Deepgram(key: "zq-9f3e71\r\n")
    }
}
