import Framing
import Speech

/// The fields of a form, by name. The name of a list may end with `[]`.
struct OpenAIForm {
    let fields: [OpenAITranscriptionRequest.Field]

    /// Returns the last value of the field; nil when the field is absent or empty.
    func text(_ name: String) -> String? {
        fields.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    func list(_ name: String) -> [String] {
        fields.filter { $0.name == name || $0.name == name + "[]" }.map(\.value).filter { !$0.isEmpty }
    }

    /// Returns the names under which the form has values of a list, each once.
    func names(of list: String) -> [String] {
        [list, list + "[]"].filter { name in fields.contains { $0.name == name && !$0.value.isEmpty } }
    }

    func flag(_ name: String) throws(OpenAIFieldError) -> Bool? {
        guard let value = text(name) else { return nil }
        if value.equalsIgnoringCase("true") || value == "1" { return true }
        if value.equalsIgnoringCase("false") || value == "0" { return false }
        throw .init("\(name) is '\(value.prefix(bytes: 80))'; it must be true or false.", name)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _: Choice.Type
    ) throws(OpenAIFieldError) -> Choice? where Choice.RawValue == String {
        guard let value = text(name) else { return nil }
        if let known = Choice.allCases.first(where: { $0.rawValue.equalsIgnoringCase(value) }) { return known }
        throw .init("\(name) is '\(value.prefix(bytes: 80))'; it must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).", name)
    }
}
