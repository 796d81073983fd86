import Framing
import Speech

/// The fields of a request's body, checked while they are read. A null field counts as absent.
struct AssemblyAIFields: ~Escapable {
    private let root: JSONView

    @_lifetime(copy root)
    init(_ root: JSONView) { self.root = root }

    /// Returns the fields for services beyond transcription, which only AssemblyAI's own engine offers.
    ///
    /// - Parameter isNative: false: such fields are rejected.
    func demands(isNative: Bool) throws(RequestError) -> [String] {
        var demands: [String] = []
        for option in AssemblyAIOptions.table.options where option.services.contains(.recorded) {
            guard option.handling == .demanded || option.handling == .refused else { continue }
            let view = root[option.name]
            guard view.exists, !view.isNull, view.bool != false, !(view.isObject && view.count == 0) else { continue }
            guard isNative, option.handling == .demanded else {
                throw .badRequest("\(option.name) is not available here. Leave it out to get the transcript.")
            }
            demands.append(option.name)
        }
        return demands
    }

    /// Returns the fields that go to AssemblyAI as they are.
    func vendorOptions() throws(RequestError) -> VendorOptions {
        guard root.count <= VendorOptions.maxCount else { throw .badRequest("The body has more than \(VendorOptions.maxCount) members.") }
        var options = VendorOptions(AssemblyAIOptions.vendor)
        root.forEachMember { name, value in
            guard !value.isNull else { return }
            if let option = AssemblyAIOptions.table.option(name, .init(value), .recorded) { options.options.append(option) }
        }
        return options
    }

    /// Returns the options that several vendors have.
    func shared() throws(RequestError) -> SharedOptions {
        var shared = SharedOptions(
            fillerWords: try flag("disfluencies"), prompt: try text("prompt", longest: 65_536), temperature: try number("temperature", in: 0...1))
        (shared.minSpeakers, shared.maxSpeakers) = try speakerOptions()
        if let expected = try whole("speakers_expected", in: 1...100) { (shared.minSpeakers, shared.maxSpeakers) = (expected, expected) }
        return shared
    }

    /// Returns the text of a field; nil when the text is empty or the field is absent.
    func text(_ name: String, longest: Int) throws(RequestError) -> String? {
        let view = root[name]
        guard view.exists, !view.isNull else { return nil }
        guard let text = view.string, text.utf8.count <= longest else {
            throw .badRequest("\(name) must be a string of at most \(longest) bytes.")
        }
        return text.isEmpty ? nil : text
    }

    /// Returns the language that the client names in `language_code`; nil when it names none.
    func language() throws(RequestError) -> LanguageName? {
        let parameter = LanguageParameter.assemblyAIRecorded
        guard let text = try text(parameter.name, longest: 80) else { return nil }
        do throws(LanguageFault) { return try parameter.read(text) } catch { throw .badRequest(error.message) }
    }

    /// Returns the languages that the speech may be in: `language_codes`, else `expected_languages`; empty: all.
    func languages() throws(RequestError) -> [LanguageTag] {
        let codes = try texts("language_codes") ?? [], name = "expected_languages"
        let expected = root["language_detection_options"][name].strings ?? []
        do throws(LanguageFault) {
            let named = try LanguageParameter.assemblyAIRecorded.choice(codes, as: "language_codes")
            let others = try LanguageParameter.assemblyAIRecorded.choice(expected, as: name)
            return codes.isEmpty ? others : named
        } catch {
            throw .badRequest(error.message)
        }
    }

    func flag(_ name: String) throws(RequestError) -> Bool? {
        let view = root[name]
        guard view.exists, !view.isNull else { return nil }
        guard let flag = view.bool else { throw .badRequest("\(name) must be true or false.") }
        return flag
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(RequestError) -> Double? {
        let view = root[name]
        guard view.exists, !view.isNull else { return nil }
        guard let number = view.double, range.contains(number) else {
            throw .badRequest("\(name) must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func whole(_ name: String, in range: ClosedRange<Int>) throws(RequestError) -> Int? {
        try Self.whole(root[name], name, in: range)
    }

    private static func whole(_ view: borrowing JSONView, _ name: String, in range: ClosedRange<Int>) throws(RequestError) -> Int? {
        guard view.exists, !view.isNull else { return nil }
        guard let number = view.int, range.contains(number) else {
            throw .badRequest("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// Returns the sound tracks that are heard: a number from 1, or `all`.
    func tracks() throws(RequestError) -> TrackChoice {
        let view = root["track"]
        guard view.exists, !view.isNull else { return .usual }
        guard let choice = TrackChoice(view.int.map { String($0) } ?? view.string ?? "") else {
            throw .badRequest("track must be all, or the number of a sound track from 1.")
        }
        return choice
    }

    func texts(_ name: String) throws(RequestError) -> [String]? {
        let view = root[name]
        guard view.exists, !view.isNull else { return nil }
        guard view.isArray, view.count <= 1_000 else { throw .badRequest("\(name) must be a list of at most 1000 strings.") }
        var texts: [String] = []
        for index in 0..<view.count {
            guard let text = view[index].string, text.utf8.count <= 1_000 else { throw .badRequest("\(name) must be a list of short strings.") }
            texts.append(text)
        }
        return texts
    }

    /// - Returns: what the client wants hidden; nil: nothing.
    func redaction(language: LanguageTag?) throws(RequestError) -> AssemblyAIRedaction? {
        let policies = try texts("redact_pii_policies") ?? [], substitution = try text("redact_pii_sub", longest: 40)
        guard try flag("redact_pii") ?? false else { return nil }
        if let problem = AssemblyAIRedaction.problem(policies: policies, substitution: substitution, language: language) {
            throw .badRequest(problem)
        }
        return AssemblyAIRedaction(policies: policies, substitution: substitution)
    }

    private func speakerOptions() throws(RequestError) -> (least: Int?, most: Int?) {
        let view = root["speaker_options"]
        guard view.exists, !view.isNull else { return (nil, nil) }
        guard view.isObject else { throw .badRequest("speaker_options must be an object.") }
        let least = try Self.whole(view["min_speakers_expected"], "min_speakers_expected", in: 1...100)
        let most = try Self.whole(view["max_speakers_expected"], "max_speakers_expected", in: 1...100)
        if let least, let most, most < least { throw .badRequest("max_speakers_expected must not be less than min_speakers_expected.") }
        return (least, most)
    }

    func spelling() throws(RequestError) -> [WordReplacement] {
        let view = root["custom_spelling"]
        guard view.exists, !view.isNull else { return [] }
        let error = RequestError.badRequest(#"custom_spelling must be a list of {"from": ["…"], "to": "…"}."#)
        guard view.isArray, view.count <= 1_000 else { throw error }
        var replacements: [WordReplacement] = []
        for index in 0..<view.count {
            let item = view[index]
            guard let to = item["to"].string, !to.isEmpty, to.utf8.count <= 1_000 else { throw error }
            let from = item["from"]
            let spoken = from.string.map { [$0] } ?? from.strings ?? []
            guard !spoken.isEmpty, spoken.count <= 100 else { throw error }
            replacements += spoken.compactMap { WordReplacement(find: $0, replacement: to) }
        }
        return replacements
    }

    func webhook() throws(RequestError) -> JobWebhook? {
        guard let address = try text(JobWebhook.addressField, longest: 8_192) else { return nil }
        guard AssemblyAIPrerecordedRequest.isHTTP(address) else { throw .badRequest("webhook_url should start with http") }
        let name = try text(JobWebhook.nameField, longest: 200), value = try text(JobWebhook.valueField, longest: 4_096)
        guard let name, let value else {
            guard name == nil, value == nil else { throw .badRequest("webhook_auth_header_name and webhook_auth_header_value go together.") }
            return .init(address: address)
        }
        guard JobWebhook.isName(name), JobWebhook.isValue(value) else {
            throw .badRequest("webhook_auth_header_name or webhook_auth_header_value is not a valid header.")
        }
        return .init(address: address, header: .init(name: name, value: value))
    }
}
