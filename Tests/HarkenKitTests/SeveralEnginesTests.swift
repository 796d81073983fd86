import HarkenTesting
import Sessions
import Speech
import Testing

@testable import HarkenKit

/// An engine of the library that follows a script.
private struct Scripted: CoreEngine {
    let core: EngineCore

    init(_ engine: ScriptedEngine, takesFiles: Bool = true) {
        core = EngineCore(
            LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine)),
            prerecorded: takesFiles ? .inProcess(engine) : nil, options: TranscriptionOptions())
    }

    var name: EngineName { core.name }
    var capabilities: Capabilities { core.capabilities }
    func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }
    func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }
    func update(_ options: TranscriptionOptions) { core.update(options) }
}

/// An engine of somebody else.
private struct Foreign: SpeechToText {
    var name: EngineName { EngineName("foreign") }
    var capabilities: Capabilities { Capabilities(streaming: true, prerecorded: false, languages: .any, models: []) }
    func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { throw .unavailable("") }
    func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript { throw .unavailable("") }
    func update(_ options: TranscriptionOptions) {}
}

@Suite(.hangLimit) struct `Several engines as one` {
    private static let first = EngineName("first"), second = EngineName("second")

    private func engine(
        _ name: EngineName, _ fault: ScriptedFault = .none, languages: Capabilities.Languages = .only(["en"]),
        words: String = "w", transcript: Result<Transcript, EngineError> = .failure(.unavailable("no transcript"))
    ) -> Scripted {
        Scripted(ScriptedEngine(name: name, languages: languages, fault: fault, word: { "\(words)\($0)" }, transcript: transcript))
    }

    /// The events of a stream of ten loud seconds.
    private func play(_ engine: some SpeechToText, _ options: TranscriptionOptions = TranscriptionOptions()) async throws -> [StreamEvent] {
        let stream = try engine.stream(options)
        for _ in 0..<200 { stream.push((0..<800).map { $0 % 40 < 20 ? 8_000 : -8_000 }) }
        stream.finish()
        var events: [StreamEvent] = []
        for await event in stream.events { events.append(event) }
        return events
    }

    private func words(_ events: [StreamEvent]) -> [TimedWord] {
        events.flatMap { if case .final(let said) = $0 { said.words } else { [TimedWord]() } }
    }

    private func engines(_ events: [StreamEvent]) -> Set<EngineName> {
        Set(events.compactMap { if case .final(let said) = $0 { said.engine } else { nil } })
    }

    private func end(_ events: [StreamEvent]) throws -> Termination {
        guard case .terminated(let end)? = events.last else { throw EngineError.protocolViolation("the stream did not end") }
        return end
    }

    @Test func `go on with the next engine when one fails, and lose no second`() async throws {
        let broken = ScriptedFault.breaks(.unavailable("gone"), after: SampleCount(56_000))
        let events = try await play(Failover([engine(Self.first, broken), engine(Self.second, words: "v")], repair: []))
        let said = words(events)
        #expect(said.map(\.start) == (0..<10).map { .seconds($0) })
        #expect(said.map(\.text) == ["w1", "w2", "w3"] + (1...7).map { "v\($0)" })
        #expect(engines(events).contains(Self.second))
        #expect(events.contains(.problem(.connectionLost(Self.first, .unavailable("gone")))))
        #expect(try end(events).error == nil)
    }

    @Test func `tell a rejection as a loss only if another engine goes on`() async throws {
        let refused = EngineError.unauthorized("a wrong key"), unknown = EngineError.badRequest("an unknown model")
        func lost(_ events: [StreamEvent]) -> [StreamEvent] { events.filter { if case .problem(.connectionLost) = $0 { true } else { false } } }
        for error in [refused, unknown, .quotaExhausted("no credit")] {
            let events = try await play(engine(Self.first, .rejects(error)))
            #expect(lost(events) == [])
            #expect(try end(events).error == error)
        }
        let both = try await play(Failover([engine(Self.first, .rejects(refused)), engine(Self.second, .rejects(unknown))], repair: []))
        #expect(lost(both) == [.problem(.connectionLost(Self.first, refused))])
        #expect(try end(both).error == unknown)
        let goesOn = try await play(Failover([engine(Self.first, .rejects(refused)), engine(Self.second)], repair: []))
        #expect(lost(goesOn) == [.problem(.connectionLost(Self.first, refused))])
        #expect(try end(goesOn).error == nil)
    }

    @Test func `are heard at the same time where the first final counts, and a silent one does no harm`() async throws {
        let events = try await play(Hedged([engine(Self.first, .mute), engine(Self.second, words: "v")], repair: []))
        #expect(words(events).map(\.text) == (1...10).map { "v\($0)" })
        #expect(try end(events).error == nil)
    }

    @Test func `vote on each word`() async throws {
        let wrong = Scripted(ScriptedEngine(name: Self.first, word: { $0 == 4 ? "wrong" : "w\($0)" }))
        let events = try await play(Ensemble([wrong, engine(Self.second), engine(EngineName("third"))], repair: []))
        #expect(words(events).map(\.text) == (1...10).map { "w\($0)" })
        #expect(try end(events).error == nil)
    }

    @Test func `leave out those that do not have the language`() async throws {
        var german = TranscriptionOptions()
        german.language = LanguageTag("de")
        let both = try Failover([engine(Self.first), engine(Self.second, languages: .only(["de"]))], repair: [])
        #expect(engines(try await play(both, german)) == [Self.second])
        german.language = LanguageTag("fr")
        #expect(throws: KitError.engine(.unsupportedLanguage(LanguageTag("fr")))) { _ = try both.stream(german) }
    }

    @Test func `recognize a file by the first that does not fail`() async throws {
        let transcript = Transcript(rate: .speech, length: .zero, language: .english, model: "", channels: [])
        let both = try Failover([engine(Self.first), engine(Self.second, transcript: .success(transcript))])
        #expect(try await both.recognize(file: "/dev/null") == transcript)
        let refused = try Failover([
            engine(Self.first, transcript: .failure(.undecodable("noise"))), engine(Self.second, transcript: .success(transcript)),
        ])
        await #expect(throws: KitError.engine(.undecodable("noise"))) { try await refused.recognize(file: "/dev/null") }
        let live = try Failover([Scripted(ScriptedEngine(), takesFiles: false)])
        await #expect(throws: KitError.streamingOnly("failover")) { try await live.recognize(file: "/dev/null") }
    }

    @Test func `say why they cannot be one`() throws {
        func reason(_ body: () throws(KitError) -> Void) -> String {
            do throws(KitError) {
                try body()
                return ""
            } catch {
                return error.description
            }
        }
        #expect(reason { () throws(KitError) in _ = try Failover([]) } == "Failover needs at least 1 engines, and has 0")
        #expect(reason { () throws(KitError) in _ = try Hedged([engine(Self.first)]) }.contains("at least 2 engines"))
        #expect(reason { () throws(KitError) in _ = try Failover([engine(Self.first), engine(Self.first)]) }.contains("twice"))
        #expect(reason { () throws(KitError) in _ = try Failover([Foreign()]) }.contains("foreign cannot be part"))
        let live = Scripted(ScriptedEngine(name: Self.second), takesFiles: false)
        #expect(reason { () throws(KitError) in _ = try Failover([engine(Self.first)], repair: [live]) }.contains("second cannot repair"))
    }
}
