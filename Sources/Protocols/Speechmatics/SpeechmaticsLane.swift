import Speech

/// The state of one channel of a live session.
struct SpeechmaticsLane: Sendable {
    /// A `ForceEndOfUtterance` that the channel has not answered.
    enum Force: Sendable, Equatable {
        /// The utterance ends at this position; nil: behind all audio that came before.
        case here(SampleIndex?)
        /// The client named another channel: the utterance of this one goes on.
        case elsewhere
    }

    /// The client's name of the channel; nil in a session with only one channel.
    let label: String?
    /// Number of audio messages; `acknowledged` is the number of those that were answered.
    var received = 0
    var acknowledged = 0
    /// End of the last final.
    var finalThrough: SampleIndex = .zero
    /// Start of the last final word.
    var lastStart: SampleIndex = .zero
    var early = SpeechmaticsEarlyWords(rate: .speech)
    /// True if a partial is due even without words: a partial with words is shown, or a final was sent, which a partial always follows.
    var partialIsDue = false
    var utteranceIsOpen = false
    var forces: [Force] = []

    init(label: String?) { self.label = label }

    /// The position at which the client ends the utterance with the oldest unanswered message; nil: the message names none.
    var cut: SampleIndex? { if case .here(let cut)? = forces.first { cut } else { nil } }
}
