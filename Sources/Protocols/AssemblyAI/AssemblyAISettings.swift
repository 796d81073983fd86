import Framing
import Speech

/// Reads, checks and writes the members of `UpdateConfiguration`.
///
/// Checked, and then left to AssemblyAI's own engine: `mode`, `agent_context`, `interruption_delay`, `continuous_partials`, `turn_left_pad_ms`.
enum AssemblyAISettings {
    static let silences = 0...60_000
    static let maxTerms = 100
    static let longestTerm = 50
    static let maxLanguages = 10
    static let longestContext = 1_750

    static func read(_ root: borrowing JSONView) throws(AssemblyAISettingsError) -> AssemblyAIConfiguration {
        _ = try flag(root, "continuous_partials")
        for (name, range) in [("interruption_delay", 0...1_000), ("turn_left_pad_ms", silences)] { _ = try whole(root, name, in: range) }
        for name in ["prompt", "agent_context"] where given(root, name) {
            guard let text = root[name].string else { throw AssemblyAISettingsError(message: "\(name) must be a string.") }
            guard name == "prompt" || text.count <= longestContext else {
                throw AssemblyAISettingsError(message: "\(name) is longer than \(longestContext) characters.")
            }
        }
        if given(root, "mode"), root["mode"].string.flatMap(AssemblyAILiveOptions.Mode.init) == nil {
            let modes = AssemblyAILiveOptions.Mode.allCases.map(\.rawValue).joined(separator: ", ")
            throw AssemblyAISettingsError(message: "mode must be one of \(modes).")
        }
        let older = try whole(root, "min_end_of_turn_silence_when_confident", in: silences)
        return AssemblyAIConfiguration(
            confidence: try fraction(root, "end_of_turn_confidence_threshold"),
            minimumSilence: try whole(root, "min_turn_silence", in: silences) ?? older,
            maximumSilence: try whole(root, "max_turn_silence", in: silences), formatsTurns: try flag(root, "format_turns"),
            voiceThreshold: try fraction(root, "vad_threshold"), sendsHeartbeats: try flag(root, "session_heartbeat"),
            tellsSilence: try flag(root, "acknowledge_silence"),
            keyterms: try strings(root, "keyterms_prompt").map { terms throws(AssemblyAISettingsError) in try checked(terms: terms) },
            languages: try strings(root, "language_codes").map { codes throws(AssemblyAISettingsError) in try checked(languages: codes) },
            prompt: root["prompt"].string, hidesProfanity: try flag(root, "filter_profanity"))
    }

    /// Names of the members that are in force from then on.
    private static let changing = Set(AssemblyAIOptions.changes.settings.map(\.name))

    /// True if only the opening may have the member.
    private static func isFixed(_ name: String) -> Bool {
        !changing.contains(name) && (AssemblyAIOptions.table.entry(name, .live) != nil || OptionTable.isWithheld(name))
    }

    /// Returns the members that cannot change while a session runs.
    static func fixed(in root: borrowing JSONView) -> [VendorOptions.Option] {
        var options: [VendorOptions.Option] = []
        root.forEachMember { name, value in
            guard isFixed(name), !value.isNull, options.count < VendorOptions.maxCount else { return }
            options.append(VendorOptions.Option(name, .init(value)))
        }
        return options
    }

    /// Returns the members that go to AssemblyAI as the client wrote them, those that nobody here knows included.
    static func options(in root: borrowing JSONView) -> [VendorOptions.Option] {
        var options: [VendorOptions.Option] = []
        root.forEachMember { name, value in
            guard name != "type", !isFixed(name), !value.isNull, options.count < VendorOptions.maxCount else { return }
            if let option = AssemblyAIOptions.table.option(name, .init(value), .live) { options.append(option) }
        }
        return options
    }

    static func write(_ configuration: AssemblyAIConfiguration, to json: inout JSONWriter) {
        if let confidence = configuration.confidence { json.member("end_of_turn_confidence_threshold", confidence, decimals: 4) }
        if let silence = configuration.minimumSilence { json.member("min_turn_silence", silence) }
        if let silence = configuration.maximumSilence { json.member("max_turn_silence", silence) }
        if let formats = configuration.formatsTurns { json.member("format_turns", formats) }
        if let threshold = configuration.voiceThreshold { json.member("vad_threshold", threshold, decimals: 4) }
        if let sends = configuration.sendsHeartbeats { json.member("session_heartbeat", sends) }
        if let tells = configuration.tellsSilence { json.member("acknowledge_silence", tells) }
        if let terms = configuration.keyterms {
            json.key("keyterms_prompt")
            json.value(.array(terms.map(JSONValue.string)))
        }
        if let codes = configuration.languages {
            json.key("language_codes")
            json.value(.array(codes.map(JSONValue.string)))
        }
        if let prompt = configuration.prompt { json.member("prompt", prompt) }
        if let hides = configuration.hidesProfanity { json.member("filter_profanity", hides) }
    }

    static func checked(terms: [String]) throws(AssemblyAISettingsError) -> [String] {
        guard terms.count <= maxTerms else {
            throw AssemblyAISettingsError(message: "keyterms_prompt has \(terms.count) terms; at most \(maxTerms) are accepted.")
        }
        guard terms.allSatisfy({ $0.count <= longestTerm }) else {
            throw AssemblyAISettingsError(message: "A term in keyterms_prompt is longer than \(longestTerm) characters.")
        }
        return terms
    }

    static func checked(languages codes: [String]) throws(AssemblyAISettingsError) -> [String] {
        guard codes.count <= maxLanguages else {
            throw AssemblyAISettingsError(message: "language_codes has \(codes.count) codes; at most \(maxLanguages) are accepted.")
        }
        let names = codes.map { LanguageName($0)?.tag }
        if let index = names.firstIndex(of: nil) { throw AssemblyAISettingsError(message: LanguageFault("language_codes", codes[index]).message) }
        let tags = names.compactMap(\.self)
        guard tags.count == 1 || !tags.contains(.multi) else {
            throw AssemblyAISettingsError(message: "multi must be the only one in language_codes.")
        }
        return tags.map(\.rawValue)
    }

    // MARK: Values

    private static func given(_ root: borrowing JSONView, _ name: String) -> Bool { root[name].exists && !root[name].isNull }

    private static func flag(_ root: borrowing JSONView, _ name: String) throws(AssemblyAISettingsError) -> Bool? {
        guard given(root, name) else { return nil }
        guard let value = root[name].bool else { throw AssemblyAISettingsError(message: "\(name) must be true or false.") }
        return value
    }

    private static func whole(_ root: borrowing JSONView, _ name: String, in range: ClosedRange<Int>) throws(AssemblyAISettingsError) -> Int? {
        guard given(root, name) else { return nil }
        guard let value = root[name].int, range.contains(value) else {
            throw AssemblyAISettingsError(message: "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    private static func fraction(_ root: borrowing JSONView, _ name: String) throws(AssemblyAISettingsError) -> Double? {
        guard given(root, name) else { return nil }
        guard let value = root[name].double, (0...1).contains(value) else {
            throw AssemblyAISettingsError(message: "\(name) must be a number from 0 to 1.")
        }
        return value
    }

    private static func strings(_ root: borrowing JSONView, _ name: String) throws(AssemblyAISettingsError) -> [String]? {
        guard given(root, name) else { return nil }
        guard let strings = root[name].strings else { throw AssemblyAISettingsError(message: "\(name) must be an array of strings.") }
        return strings
    }
}

/// An invalid setting of a live session. The message names the setting.
struct AssemblyAISettingsError: Error {
    var message: String
}
