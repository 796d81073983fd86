import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `What a user has chosen for their sessions` {
    @Test func `is read from settings`() {
        #expect(UserChoices(settings: [:]) == UserChoices())
        let choices = UserChoices(settings: ["single_language_mode": "true", "vocabulary": "Anna\nharbour", "language": "pt-BR", "audio_days": "3"])
        #expect(choices == UserChoices(isSingleLanguage: true, vocabulary: ["Anna", "harbour"], language: LanguageTag("pt-BR"), audioDays: 3))
        #expect(
            UserChoices(settings: ["language": "no language", "single_language_mode": "yes", "audio_days": "-1", "time_zone": "../x"])
                == UserChoices())
        #expect(UserChoices(settings: [TimeZoneName.setting: "Asia/Tokyo"]).timeZone?.text == "Asia/Tokyo")
    }

    @Test func `gives engines a hundred terms, the product's name first`() {
        #expect(UserChoices().terms == ["Omi"])
        #expect(UserChoices(vocabulary: ["Anna", "Omi", "Anna"]).terms == ["Omi", "Anna"])
        let terms = UserChoices(vocabulary: (0..<150).map { "t\($0)" }).terms
        #expect(terms.count == 100)
        #expect(terms.last == "t98")
    }

    @Test func `goes to the engine with what the client asks for`() throws {
        var stream = try ListenConversation("language=en")
        stream.server.adopt(UserChoices(vocabulary: ["Anna"], language: LanguageTag("de")))
        #expect(stream.machine.request.keyterms == ["Omi", "Anna"])
        #expect(stream.machine.request.language == .english)
        _ = stream.open()
        _ = stream.told(.began(ListenConversation.memory, isResumed: false))
        #expect(stream.serve() == ["ready local"])
    }

    @Test(arguments: [(nil, "en"), ("de", "de")]) func `makes sessions of any language sessions of one`(own: String?, language: String) throws {
        var stream = try ListenConversation("language=auto")
        stream.server.adopt(UserChoices(isSingleLanguage: true, language: own.map { LanguageTag($0) }))
        #expect(stream.machine.request.language == LanguageTag(language))
        _ = stream.open()
        _ = stream.told(.began(ListenConversation.memory, isResumed: false))
        #expect(stream.serve() == ["ready local"])
    }

    @Test(arguments: [
        ("", false, "multi"), ("language=auto", false, "multi"), ("language=en", false, "en"), ("language=fr", false, "fr"), ("", true, "de"),
        ("language=auto", true, "de"), ("onboarding=enabled", false, "en"),
    ])
    func `finds the language where the user has said which they speak, and the client names none`(
        query: String, isSingle: Bool, language: String
    ) throws {
        var stream = try ListenConversation(query)
        let own: LanguageTag? = isSingle ? LanguageTag("de") : nil
        stream.server.adopt(UserChoices(isSingleLanguage: isSingle, language: own, languages: [LanguageTag("de"), LanguageTag("fr")]))
        #expect(stream.machine.request.language == LanguageTag(language))
    }

    @Test func `has languages by their codes`() {
        #expect(UserChoices(settings: ["languages": "de en"]).languages == [LanguageTag("de"), LanguageTag("en")])
        #expect(UserChoices.Setting.languages.fault(in: "de en") == nil)
        for refused in ["de xx", "de de", "German", "de,en", "auto"] {
            #expect(UserChoices.Setting.languages.fault(in: refused) != nil, "\(refused)")
        }
    }

    @Test func `is not served where it needs a translator, and the client is told`() throws {
        var stream = try ListenConversation("language=auto")
        stream.server.adopt(UserChoices(language: LanguageTag("de")))
        #expect(stream.machine.request.language == LanguageTag("multi"))
        _ = stream.open()
        _ = stream.told(.began(ListenConversation.memory, isResumed: false))
        #expect(stream.serve() == ["ready local", "translation_unavailable config_error"])
    }
}

@Suite struct `Keys of the caller's own` {
    @Test func `come in headers, one for each vendor`() throws {
        let head = try HTTPRequestHead(
            .get, "/v4/listen", headers: ["X-BYOK-Deepgram": " dg ", "x-byok-assemblyai": "aai", "X-BYOK-Soniox": "  ", "X-BYOK-Nobody": "n"])
        let keys = try BYOKCredential.find(in: head)
        #expect(Set(keys.map(\.vendor)) == [EngineName("deepgram"), EngineName("assemblyai")])
        #expect(keys.first { $0.vendor == EngineName("deepgram") }?.credential.secret == "dg")
    }

    @Test(arguments: ["zq-…", "zq other", "\"zq", "zq\nother"])
    func `are refused by their header, and not shown, where they cannot be keys`(text: String) throws {
        let head = try HTTPRequestHead(.get, "/v4/listen", headers: ["X-BYOK-AssemblyAI": "aai", "X-BYOK-Soniox": text])
        let error = #expect(throws: RequestError.self) { try BYOKCredential.find(in: head) }
        guard case .badRequest(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.hasPrefix("X-BYOK-soniox ") && message.hasSuffix("; send the key alone.") && !message.contains("zq"))
        // The reason of a WebSocket's close.
        #expect(message.utf8.count <= 123)
    }

    @Test func `are refused when a header comes twice`() throws {
        let head = try HTTPRequestHead(.get, "/v4/listen", headers: ["X-BYOK-Soniox": "one", "x-byok-soniox": "two"])
        #expect(throws: RequestError.badRequest("X-BYOK-soniox has more than one line; send the key alone.")) { try BYOKCredential.find(in: head) }
    }
}
