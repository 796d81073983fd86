import Framing
import HarkenTesting
import Protocols
import Speech
import Testing

/// The languages that a key or a user allows, in every place in which a client names its language. A language that is not allowed is refused before an
/// engine is asked, and a language that is to be found is found among the others.
@Suite(.hangLimit) struct `The languages that are allowed` {
    /// The owner of the list.
    enum Holder: CaseIterable, Sendable {
        case key, user

        var text: String { self == .key ? AllowedLanguages.Holder.key.rawValue : AllowedLanguages.Holder.user.rawValue }
    }

    private static let served = LanguageParameter.allCases.filter { !$0.isOfCommandLine && $0 != .settings }
    private static let settings = "/api/v1/users/me/settings"

    private static let transcript: Transcript = {
        let words = [Word("Olá.", SampleRange(SampleIndex(1_600), SampleIndex(8_000)), confidence: 0.9)]
        return Transcript(
            rate: .speech, length: SampleCount(16_000), language: LanguageTag("pt"), model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, SampleIndex(16_000)), words: 0..<1)])])
    }()

    /// Runs `body` with a gateway whose callers may speak these languages only.
    private func with(
        _ languages: [String], of holder: Holder, _ engine: ScriptedEngine, _ body: (TestGateway) async throws -> Void
    ) async throws {
        let keys = TestKeys(valid: holder == .key ? ["k"] : [], languages: languages.map { LanguageTag($0) })
        try await TestGateway.$bearer.withValue(holder == .key ? "k" : nil) {
            try await TestGateway.with(engine, keys: keys) { gateway in
                await gateway.resumeJobs()
                if holder == .user {
                    let list = languages.map { "\"\($0)\"" }.joined(separator: ",")
                    #expect(try await gateway.api(.patch, Self.settings, body: #"{"languages":[\#(list)]}"#).status == 200)
                }
                try await body(gateway)
            }
        }
    }

    @Test(arguments: Holder.allCases, served) func `bound what engines are asked for`(holder: Holder, parameter: LanguageParameter) async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        try await with(["pt", "en"], of: holder, engine) { gateway in
            let client = NamingClient(gateway: gateway, parameter: parameter)
            let both = [LanguageTag("pt"), .english]
            _ = engine.takeChoices()
            let named = try await client.ask("pt-BR", 0)
            #expect(engine.takeLanguages() == [LanguageTag("pt-BR")], "\(named)")
            let other = try await client.ask("fr", 1)
            #expect(engine.takeLanguages().isEmpty && other.contains("fr is not allowed: \(holder.text) allows pt, en"), "\(other)")
            _ = engine.takeChoices()
            let found = try await client.ask("auto", 2)
            #expect(engine.takeLanguages() == [parameter.isLive ? .multi : nil], "\(found)")
            #expect(engine.takeChoices() == [both], "\(found)")
            let absent = try await client.ask(nil, 3), heard = engine.takeLanguages()
            switch parameter.absence {
            // A user who has said which languages they speak is heard in these.
            case .english where parameter == .listen && holder == .user: #expect(heard == [.multi], "\(absent)")
            case .english, .recordings: #expect(heard == [.english], "\(absent)")
            case .engines: #expect(heard == [.multi], "\(absent)")
            case .detected: #expect(heard == [parameter.isLive ? .multi : nil], "\(absent)")
            case .refused: #expect(heard.isEmpty, "\(absent)")
            }
        }
    }

    /// The recording of chunks of `NamingClient` begins in English.
    @Test(arguments: Holder.allCases, served.filter { $0 != .chunk })
    func `are the language of the speech where there is only one`(holder: Holder, parameter: LanguageParameter) async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        let only: [LanguageTag?] = [LanguageTag("pt")]
        try await with(["pt"], of: holder, engine) { gateway in
            let client = NamingClient(gateway: gateway, parameter: parameter)
            let found = try await client.ask("auto", 0)
            #expect(engine.takeLanguages() == only, "\(found)")
            let absent = try await client.ask(nil, 1), heard = engine.takeLanguages()
            switch parameter.absence {
            case .english where parameter == .listen && holder == .user: #expect(heard == only, "\(absent)")
            case .english: #expect(heard.isEmpty && absent.contains("en is not allowed: \(holder.text) allows pt"), "\(absent)")
            case .engines, .detected, .recordings: #expect(heard == only, "\(absent)")
            case .refused: #expect(heard.isEmpty, "\(absent)")
            }
        }
    }

    @Test(arguments: Holder.allCases) func `bound those that a request names`(holder: Holder) async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        try await with(["pt", "en", "de"], of: holder, engine) { gateway in
            func ask(_ query: String) async throws -> String {
                try await gateway.send(.post, "/v1/listen?model=nova-3&" + query, body: Array("audio".utf8)).text
            }
            let several = try await ask("detect_language=de&detect_language=fr&detect_language=pt")
            #expect(engine.takeLanguages() == [nil] && engine.takeChoices() == [[LanguageTag("de"), LanguageTag("pt")]], "\(several)")
            let one = try await ask("detect_language=fr&detect_language=de")
            #expect(engine.takeLanguages() == [LanguageTag("de")], "\(one)")
            let none = try await ask("detect_language=fr&detect_language=it")
            #expect(engine.takeLanguages().isEmpty && none.contains("fr, it is not allowed: \(holder.text) allows pt, en, de"), "\(none)")
        }
    }

    @Test func `of a key and of its user are both asked`() async throws {
        let engine = ScriptedEngine(name: .local, languages: .any, transcript: .success(Self.transcript))
        try await with(["pt", "en"], of: .key, engine) { gateway in
            #expect(try await gateway.api(.patch, Self.settings, body: #"{"languages":["german","pt-BR"]}"#).json["languages"] == ["de", "pt"])
            let client = NamingClient(gateway: gateway, parameter: .openAIRecorded)
            _ = try await client.ask("auto", 0)
            #expect(engine.takeLanguages() == [LanguageTag("pt")])
            let english = try await client.ask("en", 1)
            #expect(engine.takeLanguages().isEmpty && english.contains("this user allows de, pt"), "\(english)")
            #expect(try await gateway.api(.patch, Self.settings, body: #"{"languages":["de"]}"#).status == 200)
            let none = try await client.ask("auto", 2)
            #expect(engine.takeLanguages().isEmpty && none.contains("is not allowed"), "\(none)")
            #expect(try await gateway.api(.patch, Self.settings, body: #"{"languages":[]}"#).json["languages"] == .array([]))
            _ = try await client.ask("en", 3)
            #expect(engine.takeLanguages() == [.english])
            let refused = try await gateway.api(.patch, Self.settings, body: #"{"languages":["xx"]}"#)
            #expect(refused.status == 400 && refused.text.contains("languages"), "\(refused.text)")
        }
    }

    @Test func `hold when a client changes its language while it speaks`() async throws {
        let engine = ScriptedEngine(name: .local, languages: .any)
        try await with(["pt", "en"], of: .user, engine) { gateway in
            let path = "/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro&language_code=pt"
            let socket = try await gateway.connect(path)
            #expect(await socket.next { $0.contains("Begin") } != nil)
            socket.send(text: #"{"type":"UpdateConfiguration","language_codes":["fr"]}"#)
            let told = await socket.rest().map { "\($0)" }.joined()
            #expect(told.contains("fr is not allowed: this user allows pt, en"), "\(told)")
            #expect(!engine.takeLanguages().contains(LanguageTag("fr")))
            try await gateway.sessionsEnd()
        }
    }
}
