import Framing
import Protocols
import Speech
import Testing

@Suite struct `The list of models` {
    private let context = HandshakeContext(
        requestID: "11111111-2222-4333-8444-555555555555", now: UnixTime(milliseconds: 0), models: ["moonshine-base", "nova-3"])
    private let aliases = ModelAliases(["Whisper-Large-V3": .local, "*": .local])
    private let created = UnixTime(milliseconds: 5_000)

    private func names(_ list: Parsed, _ member: String) -> [String] { (0..<list.count).compactMap { list[$0][member].string } }

    @Test func `has the vendor's names, the engines' and the operator's, each once`() throws {
        let names = names(try Parsed(OpenAIModels.list(context, aliases, created: created))["data"], "id")
        #expect(names.first == "whisper-1" && names.suffix(3) == ["moonshine-base", "nova-3", "whisper-large-v3"])
        #expect(Set(names).count == names.count && !names.contains("*"))
    }

    @Test func `has Deepgram's members at the same path`() throws {
        let list = try Parsed(OpenAIModels.list(context, aliases, created: created))
        let names = names(list["stt"], "name")
        #expect(names == ["nova-3", "nova-2", "flux-general-en", "flux-general-multi", "moonshine-base"])
        #expect(Set(self.names(list["stt"], "uuid")).count == names.count)
        #expect(list["stt"][0]["batch"].bool == true && list["stt"][2]["batch"].bool == false)
        #expect(list["tts"].isArray && list["tts"].count == 0)
    }

    @Test func `has Soniox's member at the same path, with the languages of the engines`() throws {
        let only = Capabilities.Languages.only(["en", "de"])
        let models = try Parsed(OpenAIModels.list(context, aliases, languages: only, created: created))["models"]
        #expect(names(models, "id") == ["stt-rt-v4", "stt-async-v5"])
        #expect(models[1]["transcription_mode"].string == "async" && models[1]["languages"].count == 2)
        #expect(models[1]["languages"][0]["code"].string == "de" && models[1]["languages"][0]["name"].string == "German")
        #expect(try Parsed(OpenAIModels.list(context, created: created))["models"][0]["languages"].count > 90)
    }

    @Test(arguments: [
        ("whisper-1", true), ("Moonshine-Base", true), ("whisper-large-v3", true), ("Whisper-Large-V3", true), ("no-such-model", false), ("*", false),
    ])
    func `has an entry for each model that has a name here`(name: String, isThere: Bool) throws {
        switch OpenAIModels.one(name, context, aliases, created: created) {
        case .success(let body):
            let id = try Parsed(body)["id"].string
            #expect(isThere && id == name)
        case .failure(let response): #expect(!isThere && response.status == .notFound)
        }
    }
}
