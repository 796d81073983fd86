/// What a span may say. Never spoken words, keys, or what stands in a URL.
///
/// Source of `gen_ai.*`: OpenTelemetry "Semantic conventions for generative client AI spans" (status: development); it names no operation for speech
/// yet, so `speech_to_text` is a value of our own, as it allows.
package enum SpanKey: String, Sendable {
    case operation = "gen_ai.operation.name"
    /// The engine that answered.
    case provider = "gen_ai.provider.name"
    /// The client's word for the model; in a stream to an engine, ours.
    case requestModel = "gen_ai.request.model"
    /// The engine's name of the model that answered.
    case responseModel = "gen_ai.response.model"
    case isStream = "gen_ai.request.stream"
    /// Seconds from the start of speech to its first words; of a stream to an engine, from asking for it.
    case timeToFirstChunk = "gen_ai.response.time_to_first_chunk"
    /// The session's identifier, as in the log.
    case conversation = "gen_ai.conversation.id"
    case outputType = "gen_ai.output.type"
    case errorType = "error.type"

    case dialect = "harken.dialect"
    case workload = "harken.workload"
    case channels = "harken.channels"
    /// Which channel, from 0.
    case channel = "harken.channel"
    case sampleRate = "harken.sample_rate"
    /// Seconds of audio, of each channel.
    case audio = "harken.audio.duration"
    /// Where speech began and ended, in seconds since the session's first sample.
    case speechStart = "harken.speech.start"
    case speechEnd = "harken.speech.end"
    /// Seconds from the end of speech to its last final.
    case timeToFinal = "harken.response.time_to_final"
    /// Seconds until the engine took audio.
    case timeToAccept = "harken.engine.time_to_accept"
    /// What an attempt was for, where that is not what was asked: `repair`, `recovery`.
    case run = "harken.run"
    case words = "harken.words"
    case interims = "harken.interims"
    /// Why the utterance became final.
    case reason = "harken.final.reason"
    /// Utterances of the session.
    case utterances = "harken.utterances"
    /// Seconds of audio that no engine recognised.
    case gaps = "harken.gaps"
    case route = "http.route"
}
