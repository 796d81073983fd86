import Framing
package import Speech

/// A client's first message: the configuration of its stream.
///
/// `null` means absent. Members that no line here reads are left to Soniox's own engine: see `SonioxOptions`. `translation` is rejected.
///
/// Source: Soniox "Real-time API" reference, configuration.
package struct SonioxConfiguration: Sendable, Equatable {
    /// The key, if the message carries it instead of the handshake.
    package var credential: Credential?
    package var model: String
    package var format: AudioFormat
    package var languageHints: [String] = []
    /// The languages of the hints, where there are several; empty: there are fewer, or one leaves the choice to the engine.
    package var expectedLanguages: [LanguageTag] = []
    /// True if the languages of the hints are the only ones that are possible.
    package var isStrict = false
    package var terms: [String] = []
    package var diarizes = false
    package var identifiesLanguage = false
    package var detectsEndpoints = false
    package var maxEndpointDelay: Duration?
    /// The text of `context`, or all of it when it is a string; nil: none.
    package var prompt: String?
    /// The members that go to Soniox as they are.
    package var vendorOptions = VendorOptions(SonioxOptions.vendor)

    package init(model: String, format: AudioFormat) {
        self.model = model
        self.format = format
    }

    package static let maxContext = 10_000
    package static let maxReference = 256
    private static let maxHints = 100
    private static let maxTerms = 1_000
    private static let channelCounts = 1...8

    package init(parsing text: RawSpan) throws(SonioxError) {
        let read: Result<Self, SonioxError>
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: 262_144, depthLimit: 16)
            read = Self.read(document.root)
        } catch {
            throw .malformedStart
        }
        self = try read.get()
    }

    private static func read(_ root: JSONView) -> Result<Self, SonioxError> {
        Result { () throws(SonioxError) in
            guard root.isObject else { throw .malformedStart }
            guard let model = try text(root["model"]), !model.isEmpty, model.utf8.count <= 100 else { throw .invalidModel }
            var configuration = Self(model: model, format: try format(root))
            configuration.credential = try text(root["api_key"]).map { Credential($0) }
            let hints = try hints(root["language_hints"]).get()
            configuration.languageHints = hints.map(\.tag.rawValue)
            configuration.expectedLanguages = expected(hints)
            configuration.terms = try terms(root["context"]).get()
            configuration.prompt = prompt(root["context"])
            configuration.vendorOptions = SonioxOptions.options(in: root, .live)
            configuration.vendorOptions.dropForeignLanguages(in: [LanguageParameter.soniox.name])
            configuration.diarizes = try flag(root["enable_speaker_diarization"])
            configuration.identifiesLanguage = try flag(root["enable_language_identification"])
            configuration.detectsEndpoints = try flag(root["enable_endpoint_detection"])
            configuration.isStrict = try flag(root["language_hints_strict"])
            configuration.maxEndpointDelay = try number(root["max_endpoint_delay_ms"], in: 500...3_000).map { .milliseconds(Int64($0)) }
            _ = try number(root["endpoint_sensitivity"], in: -1...1)
            _ = try number(root["endpoint_latency_adjustment_level"], in: 0...3)
            if let reference = try text(root["client_reference_id"]), reference.unicodeScalars.count > maxReference { throw .longReference }
            let translation = root["translation"]
            if translation.exists, !translation.isNull {
                throw SonioxError(400, "Translation is not available here. Leave translation out.")
            }
            return configuration
        }
    }

    private static func format(_ root: JSONView) throws(SonioxError) -> AudioFormat {
        guard let name = try text(root["audio_format"])?.lowercased() else { throw .noFormat }
        if SonioxAudioFormat.isContainer(name) { return .container }
        guard let encoding = SonioxAudioFormat.encoding(name) else { throw .noFormat }
        guard let hertz = root["sample_rate"].int else { throw .noSampleRate }
        guard let channels = root["num_channels"].int else { throw .noChannels }
        let rate = SampleRate(hertz: hertz), accepted = SampleRate.accepted
        guard accepted.contains(rate) else {
            throw SonioxError(400, "sample_rate must be from \(accepted.lowerBound.hertz) to \(accepted.upperBound.hertz).")
        }
        guard channelCounts.contains(channels) else {
            throw SonioxError(400, "num_channels must be from \(channelCounts.lowerBound) to \(channelCounts.upperBound).")
        }
        return .raw(encoding, rate, channels: channels)
    }

    /// Reads the languages that a client expects, live or in a recording.
    static func hints(_ list: JSONView) -> Result<[LanguageName], SonioxError> {
        guard list.exists, !list.isNull else { return .success([]) }
        guard list.isArray, list.count <= maxHints else { return .failure(.invalidHint) }
        var hints: [LanguageName] = []
        for index in 0..<list.count {
            guard let text = list[index].string else { return .failure(.invalidHint) }
            guard let hint = LanguageName(text) else { return .failure(SonioxError(LanguageFault(LanguageParameter.soniox.name, text))) }
            guard !hints.contains(where: { $0.tag == hint.tag }) else { return .failure(.repeatedHints) }
            hints.append(hint)
        }
        return .success(hints)
    }

    /// Returns the languages that hints leave to the engine; empty where they name one language, or leave all.
    static func expected(_ hints: [LanguageName]) -> [LanguageTag] {
        let named = hints.compactMap(\.named)
        return named.count > 1 && named.count == hints.count ? named : []
    }

    /// Reads the key terms of a context, live or for a recording.
    static func terms(_ context: JSONView) -> Result<[String], SonioxError> {
        guard context.exists, !context.isNull else { return .success([]) }
        if let text = context.string { return text.unicodeScalars.count <= maxContext ? .success([]) : .failure(.longContext) }
        guard context.isObject else { return .failure(.malformedStart) }
        var json = JSONWriter()
        json.value(JSONValue(context))
        guard json.text.unicodeScalars.count <= maxContext else { return .failure(.longContext) }
        let list = context["terms"]
        return .success((0..<min(list.count, maxTerms)).compactMap { list[$0].string }.filter { !$0.isEmpty })
    }

    /// Returns the text of a context, or all of it when it is a string; nil: none.
    static func prompt(_ context: JSONView) -> String? { context.string ?? context["text"].string }

    // MARK: Values that may be null

    private static func text(_ value: JSONView) throws(SonioxError) -> String? {
        guard value.exists, !value.isNull else { return nil }
        guard let text = value.string else { throw .malformedStart }
        return text
    }

    private static func flag(_ value: JSONView) throws(SonioxError) -> Bool {
        guard value.exists, !value.isNull else { return false }
        guard let flag = value.bool else { throw .malformedStart }
        return flag
    }

    private static func number(_ value: JSONView, in range: ClosedRange<Double>) throws(SonioxError) -> Double? {
        guard value.exists, !value.isNull else { return nil }
        guard let number = value.double, range.contains(number) else { throw .malformedStart }
        return number
    }
}

extension SonioxConfiguration {
    /// True if the name follows the vendor's names of models.
    var namesVendorModel: Bool { model.lowercased().hasPrefix("stt-rt-") }

    /// The language that engines are asked for. With several hints the engine chooses the language, and so it does for a client that wants to be told
    /// the language and gives no hint. nil: the client does neither, and the engine's own language counts.
    private var language: LanguageTag? {
        switch languageHints.count {
        case 0: identifiesLanguage ? .multi : nil
        case 1: LanguageTag(languageHints[0])
        case _: .multi
        }
    }

    /// The language of words that tell none of their own; nil: there is none.
    var assumedLanguage: String? { language.flatMap { $0.isMulti ? nil : $0.rawValue } }

    func request(engines: [EngineName]) -> LiveRequest {
        var request = LiveRequest(
            format: format, language: language, model: model, turn: TurnRule(maximumSilence: detectsEndpoints ? maxEndpointDelay : nil),
            diarize: diarizes, keyterms: terms, engines: engines)
        request.vendorOptions = vendorOptions
        request.shared = SharedOptions(prompt: prompt)
        request.shared.expect(expectedLanguages, isStrict: isStrict)
        return request
    }
}
