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
        return UUIDText.canonical(name) != nil || vendorNames.contains(name)
    }

    /// Returns how a model hears live speech whose language the client has not named: the vendor's default is English. A model that was made for one
    /// customer hears the language that it was made for.
    ///
    /// Source: Deepgram "Multilingual Codeswitching" and "Models & Languages Overview", November 2026: of the models of `/v1/listen`, Nova-3, Nova-3
    /// Medical and Nova-2 follow several languages (Nova-2: English and Spanish).
    ///
    /// - Parameter model: the model that the client named; nil, or another vendor's: the usual one.
    static func unnamedLanguage(of model: String?) -> UnnamedLanguage {
        let model = model?.lowercased()
        let name = model.flatMap { isKnown($0) || DeepgramFluxOptions.models.contains($0) ? $0 : nil } ?? fallback
        if name == DeepgramFluxOptions.multilingual || UUIDText.canonical(name) != nil { return .found }
        return multilingual.contains(name) ? .foundAmongSeveral : .english
    }

    /// Models that follow several languages where they are asked for `language=multi`.
    private static let multilingual: Set<String> = [
        "nova-3", "nova-3-general", "nova-3-medical", "nova-2", "nova-2-general", "2-general-nova",
    ]

    /// All names of the vendor's models, in lower case.
    private static let vendorNames = Set(
        families + variants + families.flatMap { family in variants.map { "\(family)-\($0)" } } + variants.map { "2-\($0)-nova" })

    /// The vendor's names by the UUIDs that answers give them.
    private static let vendorUUIDs = Dictionary(vendorNames.map { (uuid($0), $0) }) { first, _ in first }

    /// The vendor's names that a list of models has. The configured engines serve all of them.
    private static let listed = ["nova-3", "nova-2"] + DeepgramFluxOptions.models

    /// Writes the members `stt` and `tts` of Deepgram's `GET /v1/models`: the vendor's names, then the engines' own. No engine speaks.
    ///
    /// Source: Deepgram API reference, "List Models".
    static func writeList(_ context: HandshakeContext, to json: inout JSONWriter) {
        json.key("stt")
        json.beginArray()
        for name in names(context) {
            json.beginObject()
            writeMembers(name, to: &json)
            json.endObject()
        }
        json.endArray()
        json.key("tts")
        json.beginArray()
        json.endArray()
    }

    private static func names(_ context: HandshakeContext) -> [String] { listed + context.models.subtracting(listed).sorted() }

    private static func uuid(_ name: String) -> String { DerivedUUID("model/" + name).description }

    /// Returns the name of a model that a client asks for by its name, or by the UUID that an answer has given it; nil when there is no such model.
    static func name(of model: String, _ context: HandshakeContext) -> String? {
        let model = model.lowercased()
        return names(context).first { $0 == model || uuid($0) == model } ?? vendorUUIDs[model] ?? (vendorNames.contains(model) ? model : nil)
    }

    /// Writes the members of a model.
    ///
    /// Source: Deepgram API reference, "Get Model".
    static func writeMembers(_ name: String, to json: inout JSONWriter) {
        json.member("name", name)
        json.member("canonical_name", name)
        json.member("architecture", name.hasPrefix("flux") ? "flux" : String(name.prefix { $0 != "-" }))
        json.member("version", literal: "harken")
        json.member("uuid", uuid(name))
        json.member("batch", !DeepgramFluxOptions.models.contains(name))
        json.member("streaming", true)
        json.member("formatted_output", true)
    }

    private static let families = ["nova-3", "nova-2", "nova", "enhanced", "base", "whisper"]

    private static let variants = [
        "general", "meeting", "phonecall", "finance", "conversationalai", "voicemail", "video", "medical", "drivethru", "automotive", "atc",
        "tiny", "small", "medium", "large",
    ]
}
