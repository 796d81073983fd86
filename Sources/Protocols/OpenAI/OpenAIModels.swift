import Framing
package import Speech

/// The models that an OpenAI client may name and list.
package enum OpenAIModels {
    /// The vendor's names of transcription models. The configured engines serve all of them.
    package static let known = [
        "whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15",
        "gpt-4o-transcribe-diarize",
    ]

    /// The model of a request that names none.
    static let standard = "whisper-1"

    package static func isKnown(_ name: String, _ context: HandshakeContext) -> Bool {
        known.contains(name) || context.models.contains(name.lowercased())
    }

    /// Maximum length of a model's name, in bytes.
    static let maxNameByteCount = 1_000

    /// True if a request for a transcription may name the model: the engines or the operator's aliases have it.
    private static func isServed(_ name: String, _ context: HandshakeContext, _ aliases: ModelAliases) -> Bool {
        isKnown(name, context) || aliases.engine(for: name) != nil && name.utf8.count <= maxNameByteCount
    }

    /// Returns the names that a list of models has behind the vendor's own: those of the engines, and those that the operator has given to engines.
    private static func others(_ context: HandshakeContext, _ aliases: ModelAliases) -> [String] {
        context.models.union(aliases.names).subtracting(known).sorted()
    }

    /// Models for live speech only.
    private static let realtime = ["gpt-live-transcribe", "gpt-realtime-whisper"]

    /// The models that an engine for live audio asks the vendor for.
    static let ofEngines = realtime + ["gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper-1"]

    /// True if the model sends words while they are spoken.
    static func isLive(_ model: String) -> Bool { realtime.contains { model.hasPrefix($0) } }

    /// True if a model takes a text that describes the audio, in a realtime session. Key terms are part of it where the model takes no others.
    static func takesPrompt(_ model: String) -> Bool { !model.hasPrefix("gpt-realtime-whisper") && !tellsSpeakers(model) }

    /// True if a model tells speakers apart. For a recording it takes neither a prompt nor key terms.
    static func tellsSpeakers(_ model: String) -> Bool { model.hasSuffix("-diarize") }

    /// True if a model takes key terms and several languages of their own, in a realtime session. Such a model takes a prompt too.
    static func takesHints(_ model: String) -> Bool { model.hasPrefix("gpt-transcribe") || model.hasPrefix("gpt-live-transcribe") }

    /// True if key terms reach a model in a realtime session: as such, or as a part of its prompt.
    static func takesTerms(_ model: String) -> Bool { takesHints(model) || takesPrompt(model) }

    /// True if a realtime session may name this model. A dated name, such as `gpt-4o-transcribe-2026-05-01`, counts too.
    static func isKnown(realtime name: String, _ models: Set<String>) -> Bool {
        if models.contains(name.lowercased()) { return true }
        return (known + realtime).contains { model in
            name == model || name.hasPrefix(model + "-") && name.dropFirst(model.count + 1).allSatisfy { $0.isASCII && $0.isNumber || $0 == "-" }
        }
    }

    /// Returns the body of `GET /v1/models`: the vendor's names, then the engines' own and the operator's. Deepgram's and Soniox's lists are at the
    /// same path; their members `stt`, `tts` and `models` have other names, so that each vendor's client finds its own.
    ///
    /// - Parameters:
    ///   - languages: the languages of the gateway's engines.
    ///   - created: the time in every entry, which stays the same while the gateway runs.
    package static func list(
        _ context: HandshakeContext, _ aliases: ModelAliases = .none, languages: Capabilities.Languages = .any, created: UnixTime
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("object", literal: "list")
        json.key("data")
        json.beginArray()
        for name in known { write(name, created, &json) }
        for name in others(context, aliases) { write(name, created, &json) }
        json.endArray()
        DeepgramModels.writeList(context, to: &json)
        SonioxModels.writeList(languages, to: &json)
        json.endObject()
        return json.bytes
    }

    /// Returns the body of `GET /v1/models/{name}`: OpenAI's members, and Deepgram's for a model of Deepgram's list or one of its families. A name is found
    /// when a request may name it: `POST /v1/audio/transcriptions`, or one of Deepgram's protocol.
    ///
    /// - Parameter name: the rest of the path, percent-decoded; may contain `/`. Deepgram's clients send the UUID of a model.
    package static func one(
        _ name: String, _ context: HandshakeContext, _ aliases: ModelAliases = .none, created: UnixTime
    ) -> Result<[UInt8], ErrorResponse> {
        let deepgram = DeepgramModels.name(of: name, context)
        guard deepgram != nil || isServed(name, context, aliases) else {
            return .failure(OpenAIErrorResponse.make(.unknownModel(name), requestID: context.requestID))
        }
        var json = JSONWriter()
        json.beginObject()
        writeMembers(name, created, &json)
        if let deepgram { DeepgramModels.writeMembers(deepgram, to: &json) }
        json.endObject()
        return .success(json.bytes)
    }

    private static func write(_ name: String, _ created: UnixTime, _ json: inout JSONWriter) {
        json.beginObject()
        writeMembers(name, created, &json)
        json.endObject()
    }

    private static func writeMembers(_ name: String, _ created: UnixTime, _ json: inout JSONWriter) {
        json.member("id", name)
        json.member("object", literal: "model")
        json.member("created", Int(created.milliseconds / 1_000))
        json.member("owned_by", literal: "harken")
    }
}
