import Framing
import Protocols
import Speech
import Testing

/// A language that a client changes while it speaks is read as the one of its opening.
@Suite struct `A change of the language` {
    @Test(arguments: [("de", "de"), ("German", "de"), ("cmn", "zh"), ("pt_br", "pt-BR"), ("auto", "multi")])
    func `reaches the engine by its usual code`(name: String, code: String) throws {
        var realtime = try RealtimeConversation.speaking()
        let change = StreamChange(language: LanguageTag(code))
        let said = realtime.text(RealtimeConversation.update(#""transcription":{"language":"\#(name)"}"#))
        #expect(said == ["updated", "→ \(SessionCommand.update(change))"])
        var assemblyAI = try AssemblyAIConversation()
        let commands = assemblyAI.commands(#"{"type":"UpdateConfiguration","language_codes":["\#(name)"]}"#)
        guard case .update(var changed)? = commands.first, commands.count == 1 else {
            Issue.record("not one update: \(commands)")
            return
        }
        let own = name == "de" ? [VendorOptions.Option("language_codes", .json(#"["de"]"#), aspect: .language)] : []
        #expect(changed.vendor == VendorChange(own, replacing: ["language_codes", "language_code"]), "the vendor gets no name that it does not have")
        changed.vendor = nil
        #expect(changed == change)
    }

    @Test func `is detection when the client takes its language back`() throws {
        var stream = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"language":"de"}"#))
        let said = stream.text(RealtimeConversation.update(#""transcription":{"language":null}"#))
        #expect(said == ["updated", "→ \(SessionCommand.update(StreamChange(language: .multi)))"])
        #expect(stream.text(RealtimeConversation.update(#""transcription":{"language":"auto"}"#)).first == "updated")
        #expect(stream.raw.last?.contains(#""language":"auto""#) == true)
    }

    @Test(arguments: ["xx", "Language.DE", "x"]) func `is refused when no language has the name`(name: String) throws {
        var realtime = try RealtimeConversation.speaking(RealtimeConversation.update(#""transcription":{"language":"de"}"#))
        let said = realtime.text(RealtimeConversation.update(#""transcription":{"language":"\#(name)"}"#))
        #expect(said == ["error invalid_value"])
        #expect(realtime.events.last?["error"]["param"].string == "session.audio.input.transcription.language")
        #expect(realtime.text(#"{"type":"session.update","session":{}}"#) == ["updated"])
        #expect(realtime.raw.last?.contains(#""language":"de""#) == true, "the old one stays")
        var list = try RealtimeConversation()
        #expect(list.text(RealtimeConversation.update(#""transcription":{"languages":["de","\#(name)"]}"#)) == ["error invalid_value"])
        #expect(list.events.last?["error"]["param"].string == "session.audio.input.transcription.languages")
        var assemblyAI = try AssemblyAIConversation()
        #expect(assemblyAI.text(#"{"type":"UpdateConfiguration","language_codes":["\#(name)"]}"#).first?.contains("language_codes") == true)
        var speechmatics = try SpeechmaticsConversation()
        #expect(
            speechmatics.text(#"{"message":"SetRecognitionConfig","transcription_config":{"language":"\#(name)"}}"#) == ["→ finish"],
            "it ends with invalid_config")
    }
}
