/// The attributes of spans. Never spoken words, keys, or parts of a URL.
///
/// Source of `gen_ai.*`: OpenTelemetry "Semantic conventions for generative client AI spans" (status: development); it defines no operation for
/// speech yet, so `speech_to_text` is Harken's own value, which the conventions allow.
package enum SpanKey: String, Sendable {
    case operation = "gen_ai.operation.name"
    /// Name of the engine that answered.
    case provider = "gen_ai.provider.name"
    /// The client's name for the model; for a stream to an engine, the model that Harken asks for.
    case requestModel = "gen_ai.request.model"
    /// The engine's name for the model that answered.
    case responseModel = "gen_ai.response.model"
    /// The vendor's identifier of its session or request.
    case responseID = "gen_ai.response.id"
    case isStream = "gen_ai.request.stream"
    /// Seconds from the start of speech to its first words; for a stream to an engine, from the request for the stream.
    case timeToFirstChunk = "gen_ai.response.time_to_first_chunk"
    /// The session's identifier, as in the log.
    case conversation = "gen_ai.conversation.id"
    case outputType = "gen_ai.output.type"
    case errorType = "error.type"

    case dialect = "harken.dialect"
    case workload = "harken.workload"
    case channels = "harken.channels"
    /// The channel's number, from 0.
    case channel = "harken.channel"
    case sampleRate = "harken.sample_rate"
    /// Seconds of audio in each channel.
    case audio = "harken.audio.duration"
    /// Start of speech, in seconds since the session's first sample; `speechEnd` is its end.
    case speechStart = "harken.speech.start"
    case speechEnd = "harken.speech.end"
    /// Seconds from the end of speech to its last final.
    case timeToFinal = "harken.response.time_to_final"
    /// Seconds until the engine accepted audio.
    case timeToAccept = "harken.engine.time_to_accept"
    /// Purpose of an attempt that does not serve the request itself: `repair`, `recovery`.
    case run = "harken.run"
    case words = "harken.words"
    case interims = "harken.interims"
    /// The reason for which the utterance became final.
    case reason = "harken.final.reason"
    /// Number of utterances in the session.
    case utterances = "harken.utterances"
    /// Seconds of audio that no engine recognized.
    case gaps = "harken.gaps"
    case route = "http.route"
}
