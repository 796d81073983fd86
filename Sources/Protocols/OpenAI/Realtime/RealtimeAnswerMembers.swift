import Framing

/// The members of a conversation's session that only matter to spoken answers. They are checked, kept and sent back, and have no other effect: this
/// server never speaks.
///
/// Source: OpenAI API reference, "Realtime", `session.update` of the type `realtime`.
struct RealtimeAnswerMembers: Sendable, Equatable {
    private enum Form { case text, textOrObject, list, number, flag, any }

    /// Maximum size of all members together, in bytes.
    private static let maxBytes = 262_144

    private static let forms: [String: Form] = [
        "model": .text, "instructions": .text, "tools": .list, "tool_choice": .textOrObject, "output_modalities": .list, "modalities": .list,
        "voice": .textOrObject, "speed": .number, "output_audio_format": .text, "temperature": .number, "max_output_tokens": .any,
        "max_response_output_tokens": .any, "tracing": .any, "truncation": .textOrObject, "prompt": .any, "reasoning": .any,
        "parallel_tool_calls": .flag,
    ]

    /// Names of the members that a conversation has next to its input.
    static let names: Set<String> = Set(forms.keys)

    private var members: [JSONValue.Member] = []
    private var output: JSONValue?

    /// Applies the members that an update has. An absent member keeps its value; `null` clears it.
    mutating func update(_ session: JSONView) throws(RealtimeError) {
        try session.forEachMember { name, value throws(RealtimeError) in
            guard let form = Self.forms[name] else { return }
            members.removeAll { $0.name == name }
            if value.isNull { return }
            guard Self.isRight(value, form) else { throw .invalid("session.\(name)", "\(name) has a value of the wrong type.") }
            members.append(.init(name: name, value: JSONValue(value)))
        }
        let spoken = session["audio"]["output"]
        if spoken.exists {
            guard spoken.isNull || spoken.isObject else { throw .invalid("session.audio.output", "output must be an object or null.") }
            output = spoken.isNull ? nil : Self.joined(output, JSONValue(spoken))
        }
        guard size <= Self.maxBytes else {
            throw .invalid("session", "The settings of spoken answers have more than \(Self.maxBytes) bytes together.")
        }
    }

    /// Sets the model that the client named in its address.
    mutating func name(model: String) {
        if !members.contains(where: { $0.name == "model" }) { members.append(.init(name: "model", value: .string(model))) }
    }

    private static func isRight(_ value: JSONView, _ form: Form) -> Bool {
        switch form {
        case .text: value.string != nil
        case .textOrObject: value.string != nil || value.isObject
        case .list: value.isArray
        case .number: value.double != nil
        case .flag: value.bool != nil
        case .any: true
        }
    }

    /// Returns an object with the members of both; those of `new` replace and, if null, remove.
    private static func joined(_ old: JSONValue?, _ new: JSONValue) -> JSONValue {
        guard case .object(let changes) = new else { return new }
        var members: [JSONValue.Member] = if case .object(let present)? = old { present } else { [] }
        for change in changes {
            members.removeAll { $0.name == change.name }
            if change.value != .null { members.append(change) }
        }
        return .object(members)
    }

    private var size: Int {
        var json = JSONWriter()
        json.value(.object(members + [JSONValue.Member(name: "output", value: output ?? .null)]))
        return json.count
    }

    func write(to json: inout JSONWriter) {
        for member in members {
            json.key(escaping: member.name)
            json.value(member.value)
        }
    }

    /// Writes the member `output` of `audio`, if the client gave one.
    func writeOutput(to json: inout JSONWriter) {
        guard let output else { return }
        json.key("output")
        json.value(output)
    }
}
