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

    private static let families = ["nova-3", "nova-2", "nova", "enhanced", "base", "whisper"]

    private static let variants: Set<String> = [
        "general", "meeting", "phonecall", "finance", "conversationalai", "voicemail", "video", "medical", "drivethru", "automotive", "atc",
        "tiny", "small", "medium", "large",
    ]
}
