import Framing
package import Speech

/// What a live handshake asked for.
///
/// Beside `DeepgramParameters`: `interim_results`, `endpointing`, `utterance_end_ms`, `vad_events`. `callback` is refused: results go to the
/// socket.
package struct DeepgramLiveOptions: Sendable, Equatable {
    package var parameters: DeepgramParameters
    package var interims: Bool
    package var endpointing: Duration
    /// Silence after the last word that is reported as `UtteranceEnd`; nil when it is not asked for.
    package var utteranceEnd: Duration?
    package var speechEvents: Bool
    package var engines: [EngineName]

    /// `endpointing=false`: no pause ends what is said, only length.
    package static let noEndpointing: Duration = .seconds(3_600)

    init(_ head: HTTPRequestHead) throws(QueryParameters.Fault) {
        let query = QueryParameters(query: head.query)
        parameters = try DeepgramParameters(query)
        interims = try query.flag("interim_results") ?? false
        endpointing = try Self.endpointing(query)
        utteranceEnd = try query.whole("utterance_end_ms", in: 1_000...5_000).map { .milliseconds($0) }
        speechEvents = try query.flag("vad_events") ?? false
        engines = EngineChoice.engines(of: head)
        if utteranceEnd != nil && !interims {
            throw QueryParameters.Fault(message: "utterance_end_ms needs interim_results=true.")
        }
        if query.text("callback") != nil {
            throw QueryParameters.Fault(message: "callback is not offered for live audio. Leave it out and read the results from the socket.")
        }
    }

    /// The vendor's default, 10 ms, suits its own engine only: without a value the session's default stands.
    private static func endpointing(_ query: QueryParameters) throws(QueryParameters.Fault) -> Duration {
        let usual = LiveRequest(format: .container).endpointing
        guard let value = query.text("endpointing") else { return usual }
        if value.equalsIgnoringCase("true") { return usual }
        if value.equalsIgnoringCase("false") { return noEndpointing }
        guard let milliseconds = Int(value), (0...60_000).contains(milliseconds) else {
            throw query.wrong("endpointing", value, "milliseconds from 0 to 60000, true or false")
        }
        return .milliseconds(milliseconds)
    }

    package var request: LiveRequest {
        LiveRequest(
            format: parameters.format, language: parameters.language, model: parameters.model, interims: interims, endpointing: endpointing,
            separateChannels: parameters.multichannel, diarize: parameters.diarizes, keyterms: parameters.keyterms, engines: engines)
    }
}
