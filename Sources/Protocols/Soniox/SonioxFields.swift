import Framing
import Speech

/// The members of an order's body, checked while they are read. A null member counts as absent.
struct SonioxFields: ~Escapable {
    private let root: JSONView

    @_lifetime(copy root)
    init(_ root: JSONView) { self.root = root }

    /// Returns the text of a member; nil when the text is empty or the member is absent.
    ///
    /// - Parameter longest: the maximum length, in characters.
    func text(_ name: String, longest: Int) throws(SonioxAPIError) -> String? {
        let view = root[name]
        guard view.exists, !view.isNull else { return nil }
        guard let text = view.string else { throw .member(name, "Input should be a valid string.", type: "string_type") }
        guard text.unicodeScalars.count <= longest else {
            throw .member(name, "String should have at most \(longest) characters.", type: "string_too_long")
        }
        return text.isEmpty ? nil : text
    }

    /// Returns the value of a flag; false when the member is absent.
    func flag(_ name: String) throws(SonioxAPIError) -> Bool {
        let view = root[name]
        guard view.exists, !view.isNull else { return false }
        guard let flag = view.bool else { throw .member(name, "Input should be a valid boolean.", type: "bool_type") }
        return flag
    }

    /// Returns the sound tracks that are heard: a number from 1, or `all`. The member is Harken's own.
    func tracks() throws(SonioxAPIError) -> TrackChoice {
        let view = root["track"]
        guard view.exists, !view.isNull else { return .usual }
        guard let choice = TrackChoice(view.int.map { String($0) } ?? view.string ?? "") else {
            throw .member("track", "Input should be all, or the number of a sound track from 1.")
        }
        return choice
    }

    /// Returns the languages that the client expects; nil when the member is absent.
    func hints() throws(SonioxAPIError) -> [LanguageName]? {
        let name = LanguageParameter.sonioxRecorded.name, view = root[name]
        guard view.exists, !view.isNull else { return nil }
        return try Self.read(name, SonioxConfiguration.hints(view))
    }

    /// Returns the key terms and the text of the context.
    func context() throws(SonioxAPIError) -> (terms: [String], prompt: String?) {
        let view = root["context"]
        return (try Self.read("context", SonioxConfiguration.terms(view)), SonioxConfiguration.prompt(view))
    }

    /// Returns the value of a member that the live protocol has too.
    private static func read<Value>(_ name: String, _ value: Result<Value, SonioxError>) throws(SonioxAPIError) -> Value {
        switch value {
        case .success(let value): return value
        case .failure(.malformedStart): throw .member(name, "The value has a wrong type.")
        case .failure(let error): throw .member(name, error.message)
        }
    }

    func checkTranslation() throws(SonioxAPIError) {
        let view = root["translation"]
        guard view.exists, !view.isNull else { return }
        throw .member("translation", "Translation is not available here. Leave translation out.")
    }

    /// - Parameter longest: the maximum length of each member, in characters.
    func webhook(longest: Int) throws(SonioxAPIError) -> JobWebhook? {
        let address = try text(JobWebhook.addressField, longest: longest)
        let name = try text(JobWebhook.nameField, longest: longest), value = try text(JobWebhook.valueField, longest: longest)
        guard let address else { return nil }
        guard SonioxPrerecordedRequest.isAddress(address) else {
            throw .member(JobWebhook.addressField, "Input should be a URL that begins with http:// or https://.")
        }
        guard let name, let value else {
            guard name == nil, value == nil else { throw .member(JobWebhook.nameField, "The header's name and value go together.") }
            return JobWebhook(address: address)
        }
        guard JobWebhook.isName(name) else { throw .member(JobWebhook.nameField, "The header's name is not valid.") }
        guard JobWebhook.isValue(value) else { throw .member(JobWebhook.valueField, "The header's value is not valid.") }
        return JobWebhook(address: address, header: .init(name: name, value: value))
    }

    /// Returns the members that go to Soniox as they are.
    func vendorOptions() -> VendorOptions {
        var options = SonioxOptions.options(in: root, .recorded)
        options.dropForeignLanguages(in: [LanguageParameter.sonioxRecorded.name])
        return options
    }
}
