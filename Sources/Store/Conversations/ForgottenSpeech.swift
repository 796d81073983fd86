package import Speech

/// What of a session is to be known no more: its conversation, or that part of it, was deleted, or its words were replaced by others.
package struct ForgottenSpeech: Sendable, Hashable {
    package var session: ID<Session>
    /// nil: all of them.
    package var channel: ChannelIndex?
    /// Since the session's start.
    package var begins: Duration
    /// nil: to the session's end.
    package var ends: Duration?

    package init(session: ID<Session>, channel: ChannelIndex? = nil, begins: Duration, ends: Duration? = nil) {
        self.session = session
        self.channel = channel
        self.begins = begins
        self.ends = ends
    }

    /// Whether it is one of those that something says at this time.
    package func covers(_ time: Duration, in channel: ChannelIndex) -> Bool {
        (self.channel == nil || self.channel == channel) && time >= begins && ends.map { time < $0 } ?? true
    }
}

extension Collection<ForgottenSpeech> {
    /// Whether nothing of the session is left.
    package var isAll: Bool {
        var through = Duration.zero
        for stretch in filter({ $0.channel == nil }).sorted(by: { $0.begins < $1.begins }) {
            guard stretch.begins <= through else { return false }
            guard let ends = stretch.ends else { return true }
            through = Swift.max(through, ends)
        }
        return false
    }
}
