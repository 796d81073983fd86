import Gateway
import Sessions
import Protocols
import Speech
import Testing

@Suite struct `The router` {
    private let local = EngineEntry(
        name: .local,
        capabilities: Capabilities(streaming: true, prerecorded: true, languages: .only(["en"]), models: ["moonshine-base-en"]),
        live: .inProcess(SilentEngine()), prerecorded: SilentEngine())
    private let vendor = EngineEntry(
        name: EngineName("acme"), capabilities: Capabilities(streaming: true, prerecorded: false, languages: .any, models: ["one"]),
        live: .inProcess(SilentEngine()))

    private func router(_ entries: [EngineEntry]) -> Router {
        Router(entries: entries, order: entries.map(\.name), catalogue: [])
    }

    @Test func `takes the operator's order`() throws {
        let engines = try router([vendor, local]).engines(for: .live, named: [], language: nil)
        #expect(engines.map(\.name) == [EngineName("acme"), .local])
    }

    @Test func `takes the caller's order first`() throws {
        let engines = try router([vendor, local]).engines(for: .live, named: [.local, EngineName("acme")], language: nil)
        #expect(engines.map(\.name) == [.local, EngineName("acme")])
    }

    @Test func `leaves out who cannot do it`() throws {
        #expect(try router([vendor, local]).engines(for: .prerecorded, named: [], language: nil).map(\.name) == [.local])
        #expect(try router([vendor, local]).engines(for: .live, named: [], language: LanguageTag("de")).map(\.name) == [EngineName("acme")])
    }

    @Test func `names the engines that have a language which the chosen ones lack`() {
        #expect { try router([vendor, local]).engines(for: .live, named: [.local], language: LanguageTag("de-AT")) } throws: { error in
            guard case .unsupportedLanguage(LanguageTag("de-AT"), let reason)? = error as? RefusalCause else { return false }
            return reason.contains("de-AT") && reason.contains("acme")
        }
    }

    @Test func `says which engines there are when one is not`() {
        #expect { try router([local]).engines(for: .live, named: [EngineName("nobody")], language: nil) } throws: { error in
            guard case .badRequest(let reason)? = error as? RefusalCause else { return false }
            return reason.contains("nobody") && reason.contains("local")
        }
    }

    @Test func `is unavailable without engines`() {
        #expect { try router([]).engines(for: .live, named: [], language: nil) } throws: { error in
            if case .unavailable? = error as? RefusalCause { true } else { false }
        }
    }
}

/// An engine that is there, and no more.
private struct SilentEngine: StreamingEngine, PrerecordedEngine {
    let name = EngineName("silent")
    let capabilities = Capabilities(streaming: true, prerecorded: true, languages: .any, models: ["none"])

    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream { Stream() }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript { throw .unavailable("silent") }

    private final class Stream: EngineStream {
        func send(_ audio: RawSpan) {}
        func send(_ command: EngineCommand) {}
    }
}
