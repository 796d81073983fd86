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
        #expect(names(models, "id") == ["stt-rt-v5", "stt-async-v5", "stt-rt-v4", "stt-async-v4"])
        #expect(models[0]["aliased_model_id"].string == nil && models[2]["aliased_model_id"].string == "stt-rt-v5")
        #expect(models[2]["transcription_mode"].string == "real_time" && models[3]["aliased_model_id"].string == "stt-async-v5")
        #expect(models[1]["transcription_mode"].string == "async" && models[1]["languages"].count == 2)
        #expect(models[1]["languages"][0]["code"].string == "de" && models[1]["languages"][0]["name"].string == "German")
        #expect(try Parsed(OpenAIModels.list(context, created: created))["models"][0]["languages"].count > 90)
    }

    /// Names that only requests of Deepgram's protocol may have.
    private static let deepgramOnly: Set<String> = ["Nova-2-Meeting", "flux-general-en"]
    /// Operators' aliases, and the names that have an entry with them.
    private static let entries: [(ModelAliases, String, Bool)] = [
        (.none, "whisper-1", true), (.none, "Moonshine-Base", true), (.none, "no-such-model", false), (.none, "*", false),
        (.none, "nova-3", true), (.none, "Nova-2-Meeting", true), (.none, "flux-general-en", true), (.none, "nova-9", false),
        (.none, "11111111-2222-4333-8444-555555555555", false), (ModelAliases(["Whisper-Large-V3": .local]), "whisper-large-v3", true),
        (ModelAliases(["Whisper-Large-V3": .local]), "Whisper-Large-V3", true), (ModelAliases(["Whisper-Large-V3": .local]), "no-such-model", false),
        (.standard, "no-such-model", true), (.standard, "Systran/faster-whisper-small", true),
        (.standard, String(repeating: "m", count: 1_000), true), (.standard, String(repeating: "m", count: 1_001), false),
    ]

    @Test(arguments: entries)
    func `has an entry for each model that a request may name`(aliases: ModelAliases, name: String, isThere: Bool) throws {
        switch OpenAIModels.one(name, context, aliases, created: created) {
        case .success(let body):
            let id = try Parsed(body)["id"].string
            #expect(isThere && id == name)
        case .failure(let response): #expect(!isThere && response.status == .notFound)
        }
        guard !Self.deepgramOnly.contains(name) else { return }
        let fields = [OpenAITranscriptionRequest.Field(name: "model", value: name)]
        let head = try HTTPRequestHead(.post, "/v1/audio/transcriptions")
        let request = OpenAITranscriptionRequest.parse(fields, hasFile: true, head, context, aliases: aliases)
        #expect(((try? request.get()) != nil) == isThere)
    }

    @Test(arguments: ["nova-2-meeting", "Nova-2-Meeting", "nova", "medical", "2-general-nova"])
    func `finds a model that no list has by the UUID in its entry`(name: String) throws {
        let entry = try Parsed(OpenAIModels.one(name, context, created: created).get())
        let uuid = try #require(entry["uuid"].string)
        let found = try Parsed(OpenAIModels.one(uuid, context, created: created).get())
        #expect(found["id"].string == uuid && found["uuid"].string == uuid)
        #expect(found["name"].string == name.lowercased() && entry["name"].string == name.lowercased())
    }

    @Test(arguments: [("nova-3", true), ("flux-general-en", false), ("moonshine-base", true)])
    func `has Deepgram's members behind the name and the UUID of an entry`(name: String, isBatch: Bool) throws {
        let list = try Parsed(OpenAIModels.list(context, created: created))["stt"]
        let entry = try #require((0..<list.count).map { list[$0] }.first { $0["name"].string == name })
        let uuid = try #require(entry["uuid"].string)
        for asked in [name, uuid, uuid.uppercased()] {
            let model = try Parsed(OpenAIModels.one(asked, context, created: created).get())
            #expect(model["id"].string == asked && model["object"].string == "model")
            #expect(model["name"].string == name && model["uuid"].string == uuid && model["batch"].bool == isBatch)
        }
    }
}
