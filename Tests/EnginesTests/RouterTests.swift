import Engines
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
            guard case .unsupportedLanguage(LanguageTag("de-AT"), let reason)? = error as? RequestError else { return false }
            return reason.contains("de-AT") && reason.contains("acme")
        }
    }

    @Test func `says which engines there are when one is not`() {
        #expect { try router([local]).engines(for: .live, named: [EngineName("nobody")], language: nil) } throws: { error in
            guard case .badRequest(let reason)? = error as? RequestError else { return false }
            return reason.contains("nobody") && reason.contains("local")
        }
    }

    /// Languages of the table of vendors' models that the behaviours were taken from, and some that nobody has.
    private static let languages = """
        multi en en-US en-GB es es-419 fr fr-CA de de-CH hi ru pt pt-BR ja it nl nl-BE bg ca cs da et fi el hu id ko lv lt ms no pl ro sk sv tr uk vi zh zh-CN
        zh-TW th af ar az be bn bs cy eu fa gl gu he hr kk kn mk ml mr pa sl sq sr sw ta te tl ur tlh xx
        """.split(whereSeparator: \.isWhitespace).map { LanguageTag(String($0)) }

    @Test func `serves a language only by engines that have it, in the order that is wanted`()
        throws
    {
        let names = ["assemblyai", "deepgram", "soniox", "speechmatics"]
        let vendors = names.compactMap { name in
            Catalogue.vendors.first { $0.name.rawValue == name }?.live.map { live in
                EngineEntry(name: EngineName(name), capabilities: live.capabilities, live: .inProcess(SilentEngine()))
            }
        }
        #expect(vendors.count == names.count)
        let all = vendors + [local]
        for mask in 1..<(1 << all.count) {
            let some = all.indices.filter { mask & 1 << $0 != 0 }.map { all[$0] }
            for order in [some, some.reversed()] {
                let router = router(order)
                for language in Self.languages {
                    for isSingle in [false, true] {
                        let asked = isSingle && language.primary == "multi" ? LanguageTag("de") : language
                        let able = order.filter { asked.primary == "multi" || $0.capabilities.languages.contains(asked) }
                        do throws(RequestError) {
                            let chosen = try router.engines(for: .live, named: [], language: asked)
                            #expect(chosen.map(\.name) == able.map(\.name))
                            for entry in chosen {
                                let told = entry.capabilities.language(for: asked)
                                // Who has one language only is not told of any.
                                #expect(told == asked || told == nil && asked.primary == "multi")
                            }
                        } catch {
                            guard case .unsupportedLanguage(asked, _) = error else {
                                Issue.record("\(asked): \(error)")
                                continue
                            }
                            #expect(able.isEmpty)
                        }
                    }
                }
            }
        }
    }

    @Test func `is unavailable without engines`() {
        #expect { try router([]).engines(for: .live, named: [], language: nil) } throws: { error in
            if case .unavailable? = error as? RequestError { true } else { false }
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
