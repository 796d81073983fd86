import Framing
import Speech

/// The first event of a client: what a session recognizes, and how.
///
/// Source: OpenAI API reference, "Realtime", `session.update`.
struct RealtimeSessionUpdate: Sendable {
    let text: [UInt8]

    init(model: String, _ options: StreamOptions) {
        let isLive = OpenAIModels.isLive(model)
        let given = OpenAIOptions.table.sent(options.vendorOptions, .live)
        var json = JSONWriter()
        json.beginObject()
        json.member("type", literal: "session.update")
        json.key("session")
        json.beginObject()
        json.member("type", literal: "transcription")
        json.key("audio")
        json.beginObject()
        json.key("input")
        json.beginObject()
        json.key("format")
        json.beginObject()
        json.member("type", literal: "audio/pcm")
        json.member("rate", OpenAILiveClient.rate.hertz)
        json.endObject()
        json.key("noise_reduction")
        if let noise = given.last(where: { $0.name == "noise_reduction" }) { json.value(raw: Array(noise.value.json.utf8)) } else { json.null() }
        json.key("transcription")
        Self.write(model, options, given, to: &json)
        // The models for live speech have no turn detection and reject the member.
        if !isLive {
            json.key("turn_detection")
            json.null()
        }
        json.endObject()
        json.endObject()
        if model.hasPrefix("gpt-4o") {
            json.key("include")
            json.array([RealtimeConfiguration.logprobs])
        }
        json.endObject()
        json.endObject()
        text = json.bytes
    }

    private static func write(_ model: String, _ options: StreamOptions, _ given: [VendorOptions.Option], to json: inout JSONWriter) {
        let isLive = OpenAIModels.isLive(model)
        let takesHints = OpenAIModels.takesHints(model), takesPrompt = OpenAIModels.takesPrompt(model)
        // Options of this vendor alone belong to its transcription. A client's words are sent as far as the model takes them, because the client may
        // have named another model; a program names its own.
        let isClients = options.vendorOptions?.vendor != nil
        let given = given.filter { option in
            switch option.name {
            case "model", "noise_reduction": false
            case "prompt": takesPrompt || !isClients
            case "keywords": takesHints || !isClients
            case "delay": isLive || !isClients
            default: true
            }
        }
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        let language = options.language.flatMap { $0.isMulti ? nil : $0.primary }
        var languages = language.map { [$0] } ?? []
        if language == nil { for tag in options.shared.languages where !languages.contains(tag.primary) { languages.append(tag.primary) } }
        json.beginObject()
        json.member("model", model)
        if !has("language", "languages") {
            // More languages than the vendor takes are left to its detection.
            if takesHints, (1...RealtimeConfiguration.maxLanguages).contains(languages.count) {
                json.key("languages")
                json.array(languages)
            } else if let language {
                json.member("language", language)
            }
        }
        var hints = options.shared.prompt.map { [$0] } ?? []
        let terms = OpenAIModels.takesTerms(model) ? options.keyterms : []
        if takesHints {
            if !terms.isEmpty, !has("keywords") {
                json.key("keywords")
                json.array(Array(terms.prefix(100)))
            }
        } else {
            // The prompt is also the place for key terms.
            hints += terms
        }
        if takesPrompt, !hints.isEmpty, !has("prompt") { json.member("prompt", hints.joined(separator: ", ")) }
        for option in given {
            json.key(escaping: option.name)
            let text = option.value.text
            let added = option.name == "prompt" && isClients && !takesHints ? terms.filter { !text.contains($0) } : []
            if added.isEmpty { json.value(raw: Array(option.value.json.utf8)) } else { json.value(([text] + added).joined(separator: ", ")) }
        }
        json.endObject()
    }
}
