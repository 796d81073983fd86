import Framing

/// The names of models that Deepgram's clients ask for.
package enum DeepgramModels {
    /// Model of a request that names none.
    package static let fallback = "nova-3"

    /// True if the vendor has such a model: a family, a family's variant (`nova-2-meeting`), the older form `2-general-nova`, or the UUID of a model
    /// made for one customer. Case does not matter.
    ///
    /// Source: Deepgram "Models & Languages Overview".
    package static func isKnown(_ name: String) -> Bool {
        let name = name.lowercased()
        if UUIDText.canonical(name) != nil || variants.contains(name) { return true }
        for family in families where name.hasPrefix(family) {
            let rest = name.dropFirst(family.count)
            if rest.isEmpty || rest.first == "-" && variants.contains(String(rest.dropFirst())) { return true }
        }
        return name.hasPrefix("2-") && name.hasSuffix("-nova") && variants.contains(String(name.dropFirst(2).dropLast(5)))
    }

    /// The vendor's names that a list of models has. The configured engines serve all of them.
    private static let listed = ["nova-3", "nova-2"] + DeepgramFluxOptions.models

    /// Writes the members `stt` and `tts` of Deepgram's `GET /v1/models`: the vendor's names, then the engines' own. No engine speaks.
    ///
    /// Source: Deepgram API reference, "List Models".
    static func writeList(_ context: HandshakeContext, to json: inout JSONWriter) {
        json.key("stt")
        json.beginArray()
        for name in listed + context.models.subtracting(listed).sorted() {
            let isFlux = DeepgramFluxOptions.models.contains(name)
            json.beginObject()
            json.member("name", name)
            json.member("canonical_name", name)
            json.member("architecture", name.hasPrefix("flux") ? "flux" : String(name.prefix { $0 != "-" }))
            json.member("version", literal: "harken")
            json.member("uuid", DerivedUUID("model/" + name).description)
            json.member("batch", !isFlux)
            json.member("streaming", true)
            json.member("formatted_output", true)
            json.endObject()
        }
        json.endArray()
        json.key("tts")
        json.beginArray()
        json.endArray()
    }

    private static let families = ["nova-3", "nova-2", "nova", "enhanced", "base", "whisper"]

    private static let variants: Set<String> = [
        "general", "meeting", "phonecall", "finance", "conversationalai", "voicemail", "video", "medical", "drivethru", "automotive", "atc",
        "tiny", "small", "medium", "large",
    ]
}
