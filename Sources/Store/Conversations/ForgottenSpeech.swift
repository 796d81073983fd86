package import Speech

/// A part of a session whose words must be forgotten: its conversation was deleted, that part of the conversation was deleted, or its words were
/// replaced by others.
package struct ForgottenSpeech: Sendable, Hashable {
    package var session: ID<Session>
    /// Channel of the forgotten speech; nil for all channels.
    package var channel: ChannelIndex?
    /// Beginning of the part, as time since the session's start.
    package var begins: Duration
    /// End of the part, as time since the session's start; nil for the session's end.
    package var ends: Duration?
    /// True while the speech belongs to a deleted conversation that can be restored: nobody reads the speech, and nobody erases it.
    package var mayComeBack: Bool

    package init(session: ID<Session>, channel: ChannelIndex? = nil, begins: Duration, ends: Duration? = nil, mayComeBack: Bool = false) {
        self.session = session
        self.channel = channel
        self.begins = begins
        self.ends = ends
        self.mayComeBack = mayComeBack
    }

    /// Returns true if speech in this channel at this time must be forgotten.
    package func covers(_ time: Duration, in channel: ChannelIndex) -> Bool {
        (self.channel == nil || self.channel == channel) && time >= begins && ends.map { time < $0 } ?? true
    }
}

extension Collection<ForgottenSpeech> {
    /// The speech that is forgotten for good.
    package var forGood: [ForgottenSpeech] { filter { !$0.mayComeBack } }

    /// True if the whole session must be forgotten.
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
