package import Conversations
package import Speech

/// A live session that was taken over from another gateway. Times are those of the part that the other gateway had.
package struct TakenSession: Sendable {
    /// The id that the client knows.
    package var id: ID<Session>
    /// The part that the other gateway had.
    package var part: ID<Session>
    /// Time in the client's session at which that part began.
    package var base: Duration
    /// Beginning of the last conversation in which the part has spoken.
    package var begins: Duration = .zero
    /// End of the last stored word of each channel that has spoken.
    package var ends: [ChannelIndex: Duration] = [:]
    /// The conversation with which the session goes on, and the time that is added to a time of the part to get the time in the conversation; nil when
    /// there is none.
    package var conversation: (id: ID<Conversation>, shift: Duration)?

    /// Maximum audio after the stored words that the client may leave out: the longest silence of a session.
    private static let maxSilence: Duration = .seconds(86_400)

    package init(id: ID<Session>, part: ID<Session>, base: Duration) {
        self.id = id
        self.part = part
        self.base = base
    }

    /// End of the time whose words are stored, on all channels.
    func storedThrough(channels: Int) -> Duration { (0..<channels).map { ends[ChannelIndex($0)] ?? begins }.min() ?? begins }

    /// True if the client's session can go on at this place.
    ///
    /// - Parameter rate: the sample rate that the client has named.
    package func goesOn(at start: SampleIndex, _ rate: SampleRate, channels: Int) -> Bool {
        start >= .zero && (start - .zero).duration(at: rate) <= base + storedThrough(channels: channels) + Self.maxSilence
    }
}
