/// The description of one setting, from which the reference, the sample file and the manual are made.
package struct SettingDescription: Sendable, Equatable {
    package enum Group: String, Sendable, CaseIterable {
        case server = "Server"
        case access = "Access"
        case live = "Live sessions"
        case engines = "Engines"
        case vendors = "Vendors"
        case background = "Background work"
        case recordings = "Recordings"
        case conversations = "Conversations"
        case spending = "Limits of usage"
        case storage = "Storage"
        case monitoring = "Metrics and traces"
    }

    package var name: String
    package var group: Group
    /// The default, as it would be typed; nil: the setting is not set, or the default is in `meaning`.
    package var standard: String?
    /// The meaning, in Markdown. Links are relative to the folder of documents.
    package var meaning: String
    /// True if the value is a secret, which is never shown.
    package var isSecret: Bool

    init(_ name: String, _ group: Group, _ standard: String?, _ meaning: String, isSecret: Bool = false) {
        self.name = name
        self.group = group
        self.standard = standard
        self.meaning = meaning
        self.isSecret = isSecret
    }

    /// The meaning without marks of Markdown.
    package var plainMeaning: String {
        var text = ""
        var rest = meaning[...]
        while let next = rest.popFirst() {
            switch next {
            case "`", "[": continue
            case "]" where rest.first == "(": rest = rest.dropFirst(rest.prefix { $0 != ")" }.count + 1)
            case _: text.append(next)
            }
        }
        return text
    }
}
