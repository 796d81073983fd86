/// The two live services of Speechmatics, which share messages and differ in what they tell.
package enum SpeechmaticsService: Sendable, Equatable {
    /// The real-time API, `/v2`: words with times.
    case realtime
    /// Agent STT, `/v2/agent`: segments of turns, without times of words.
    case agent

    /// True if clients of the service may name the model.
    ///
    /// - Parameters:
    ///   - model: the model's name, in lower case.
    ///   - others: names of models that the gateway's engines have.
    func has(_ model: String, besides others: Set<String>) -> Bool {
        let agents = SpeechmaticsAgentClient.model, isRealtime = SpeechmaticsConfiguration.models.contains(model)
        return switch self {
        case .realtime: isRealtime || others.contains(model) && model != agents
        // The vendor takes none of its other models there.
        case .agent: model == agents || others.contains(model) && !isRealtime
        }
    }
}
