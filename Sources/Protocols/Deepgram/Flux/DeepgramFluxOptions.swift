import Framing
package import Speech

/// The parameters of a handshake of `WS /v2/listen`.
///
/// Applied: `model`, `encoding`, `sample_rate`, `eot_threshold`, `eager_eot_threshold`, `eot_timeout_ms`, `keyterm`, `language_hint`,
/// `numerals`, `redact`, `profanity_filter`. Checked, and then left to the engine: `tag`, `mip_opt_out`.
package struct DeepgramFluxOptions: Sendable, Equatable {
    package var format: AudioFormat
    package var model: String
    package var language: LanguageTag
    /// The languages that the client expects; empty with the English model.
    package var hints: [String]
    /// True if numbers are written in digits, false if as words; nil: as the engine writes them.
    package var numerals: Bool?
    package var thresholds: DeepgramFluxThresholds
    package var keyterms: [String]
    package var hidesProfanity: Bool
    /// Rule for hiding sensitive words in all texts; nil: nothing is hidden.
    package var redaction: RedactionRule?
    package var engines: [EngineName]
    /// The parameters that go to Deepgram as they are.
    package var vendorOptions: VendorOptions

    /// True if the client asked for the model of several languages.
    var isMultilingual: Bool { model == Self.multilingual }

    private enum Encoding: String, CaseIterable {
        case linear16, linear32, mulaw, alaw, opus
        case oggOpus = "ogg-opus"
    }

    /// Models that report turns.
    package static let models = ["flux-general-en", multilingual]
    static let multilingual = "flux-general-multi"
    /// Maximum number of key terms.
    static let maxKeyterms = 500

    init(_ head: HTTPRequestHead) throws(QueryParameterError) {
        let query = QueryParameters(query: head.query)
        guard let named = query.text("model")?.lowercased(), Self.models.contains(named) else {
            throw QueryParameterError(message: "model must be \(Self.models.joined(separator: " or ")).")
        }
        model = named
        if query.text("callback") != nil {
            throw QueryParameterError(message: "callback is not offered for live audio. Leave it out and read the results from the socket.")
        }
        _ = try query.flag("mip_opt_out")
        numerals = try query.flag("numerals")
        hidesProfanity = try query.flag("profanity_filter") ?? false
        _ = try query.list("tag")
        thresholds = DeepgramFluxThresholds(
            endOfTurn: try query.number("eot_threshold", in: DeepgramFluxThresholds.endOfTurns),
            eager: try query.number("eager_eot_threshold", in: DeepgramFluxThresholds.eagers),
            timeout: try query.whole("eot_timeout_ms", in: DeepgramFluxThresholds.timeouts))
        if let problem = thresholds.problem { throw QueryParameterError(message: problem) }
        keyterms = try query.list("keyterm", limit: Self.maxKeyterms)
        hints = named == Self.multilingual ? try query.list(LanguageParameter.deepgramFlux.name) : []
        do throws(LanguageFault) {
            language = named == Self.multilingual ? try Self.language(of: hints) : .english
        } catch {
            throw QueryParameterError(error)
        }
        redaction = try DeepgramRedaction.rule(query, language: language)
        engines = EngineChoice.engines(of: head)
        vendorOptions = DeepgramOptions.table.options(in: head.query, .live, unread: DeepgramOptions.unreadByFlux)
        vendorOptions.dropForeignLanguages(in: [LanguageParameter.deepgramFlux.name])
        if named != Self.multilingual { vendorOptions.markUnread(LanguageParameter.deepgramFlux.name) }
        format = try Self.format(query)
    }

    /// Returns the session's language for hints: the only one, else `multi`.
    ///
    /// - Parameter given: the name of the hints in a message; nil: that of the query's parameter.
    static func language(of hints: [String], as given: String? = nil) throws(LanguageFault) -> LanguageTag {
        try LanguageParameter.deepgramFlux.read(hints, as: given) ?? .multi
    }

    private static func format(_ query: QueryParameters) throws(QueryParameterError) -> AudioFormat {
        guard let encoding = try query.choice("encoding", Encoding.self) else { return .container }
        let rates = SampleRate.accepted
        let hertz = try query.whole("sample_rate", in: rates.lowerBound.hertz...rates.upperBound.hertz)
        if encoding == .oggOpus { return .container }
        guard let rate = hertz.map({ SampleRate(hertz: $0) }) else {
            throw QueryParameterError(
                message: "encoding=\(encoding.rawValue) needs sample_rate, the audio's samples per second, such as sample_rate=16000.")
        }
        switch encoding {
        case .linear16: return .linear16(rate)
        case .linear32: return .raw(.linear32, rate, channels: 1)
        case .mulaw: return .raw(.mulaw, rate, channels: 1)
        case .alaw: return .raw(.alaw, rate, channels: 1)
        case .opus, .oggOpus: return .raw(.opus, rate, channels: 1)
        }
    }

    package var request: LiveRequest {
        var request = LiveRequest(
            format: format, language: language, model: model, turn: thresholds.turn, keyterms: keyterms, engines: engines)
        request.redaction = redaction
        request.vendorOptions = vendorOptions
        request.shared = shared
        return request
    }

    /// The hints for engines that find the language: other languages stay possible, as at the vendor.
    var shared: SharedOptions {
        let named = hints.compactMap { LanguageName($0)?.named }
        var shared = SharedOptions()
        shared.expect(named.count > 1 && named.count == hints.count ? named : [], isStrict: false)
        return shared
    }
}
