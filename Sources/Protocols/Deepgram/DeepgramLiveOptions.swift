import Framing
package import Speech

/// The parameters of a live handshake.
///
/// In addition to `DeepgramParameters`: `interim_results`, `endpointing`, `utterance_end_ms`, `vad_events`. `callback` is rejected: results go to the
/// socket.
package struct DeepgramLiveOptions: Sendable, Equatable {
    package var parameters: DeepgramParameters
    package var interims: Bool
    /// The silence that the client asked for; nil: the client asked for none.
    package var endpointing: Duration?
    /// The silence in milliseconds that the client asked for; nil: it asked for none, or for one that is too short to be meant.
    package var finalSilence: Duration?
    /// Silence after the last word that is reported as `UtteranceEnd`; nil when the client did not ask for it.
    package var utteranceEnd: Duration?
    package var speechEvents: Bool
    package var engines: [EngineName]
    /// The parameters that go to Deepgram as they are.
    package var vendorOptions: VendorOptions
    package var shared: SharedOptions

    /// Minimum value of `endpointing` that engines have to keep. Shorter times, such as the vendor's default and that of LiveKit's plugin, are meant for an
    /// engine that weighs the text too.
    private static let meantEndpointing: Duration = .milliseconds(100)
    /// Value for `endpointing=false`: no pause ends an utterance, only its length.
    package static let noEndpointing: Duration = .seconds(3_600)

    init(_ head: HTTPRequestHead) throws(QueryParameterError) {
        let query = QueryParameters(query: head.query)
        parameters = try DeepgramParameters(query, .deepgramLive)
        interims = try query.flag("interim_results") ?? false
        endpointing = try Self.endpointing(query)
        let isNumber = query.text("endpointing").map { Int($0) != nil } ?? false
        finalSilence = isNumber ? endpointing.flatMap { $0 >= Self.meantEndpointing ? $0 : nil } : nil
        utteranceEnd = try query.whole("utterance_end_ms", in: 1_000...5_000).map { .milliseconds($0) }
        speechEvents = try query.flag("vad_events") ?? false
        engines = EngineChoice.engines(of: head)
        vendorOptions = DeepgramOptions.table.options(in: head.query, .live, unread: DeepgramOptions.unreadByListen)
        if parameters.keepsNumerals { vendorOptions.markOverruled("numerals") }
        vendorOptions.dropForeignLanguages(in: [LanguageParameter.deepgramLive.name], words: ["multi"]) { $0.rawValue == $0.usual.rawValue }
        shared = try DeepgramOptions.shared(query)
        if utteranceEnd != nil && !interims {
            throw QueryParameterError(message: "utterance_end_ms needs interim_results=true.")
        }
        if let model = query.text("diarize_model"), model.equalsIgnoringCase("v2") {
            throw QueryParameterError(message: "diarize_model=v2 is for recordings only. Use diarize_model=latest or v1 for live audio.")
        }
        if query.text("callback") != nil {
            throw QueryParameterError(message: "callback is not offered for live audio. Leave it out and read the results from the socket.")
        }
    }

    /// Marks the parameters for which Harken has no rules in the session's language. The operator's own profane words are rules too: they are known by
    /// now.
    mutating func markParametersWithoutRules() {
        for name in parameters.formatting.parametersWithoutRules(in: parameters.language) { vendorOptions.markUnread(name) }
    }

    /// Reads `endpointing`. Without a value the engine chooses: the vendor's default of 10 ms suits only the vendor's own engine.
    private static func endpointing(_ query: QueryParameters) throws(QueryParameterError) -> Duration? {
        guard let value = query.text("endpointing") else { return nil }
        if value.equalsIgnoringCase("true") { return nil }
        if value.equalsIgnoringCase("false") { return noEndpointing }
        guard let milliseconds = Int(value), (0...60_000).contains(milliseconds) else {
            throw query.wrong("endpointing", value, "milliseconds from 0 to 60000, true or false")
        }
        return .milliseconds(milliseconds)
    }

    package var request: LiveRequest {
        var request = LiveRequest(
            format: parameters.format, language: parameters.language, model: parameters.model, interims: interims, endpointing: endpointing,
            turn: TurnRule(finalSilence: finalSilence), separateChannels: parameters.multichannel, diarize: parameters.diarizes,
            keyterms: parameters.keyterms, engines: engines)
        request.redaction = parameters.redaction
        request.vendorOptions = vendorOptions
        request.shared = shared
        return request
    }
}
