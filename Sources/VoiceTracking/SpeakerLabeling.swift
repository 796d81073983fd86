package import Conversations
package import Net
package import Speakers
package import Speech

/// Gives the words of a session their speakers, before its dialect writes them: where the client asks for speakers, and not every engine of the session
/// tells them.
///
/// Channels are told apart by themselves, each with its own speakers. Lives on the session's loop.
package final class SpeakerLabeling {
    private let channels: [LabeledChannel]
    private let deliver: (SessionEvent) -> Void

    /// - Parameters:
    ///   - patience: maximum time without a voice that was heard after which final words go on without their speakers.
    ///   - labelers: the engines of the session that give labels themselves.
    ///   - audio: returns audio of a channel; nil when the audio is gone.
    ///   - wait: called when final words of a channel have waited long for their voices, with true, and when no channel's wait any more, with false.
    ///   - deliver: takes all events, those of each channel in order.
    package init(
        _ voices: any Voiceprinting, rule: SpeakerRule, patience: Duration, labelers: Set<EngineName>, channels: Int, rate: SampleRate, loop: Loop,
        audio: @escaping (SampleRange, ChannelIndex) -> [Int16]?, wait: @escaping (Bool) -> Void = { _ in },
        deliver: @escaping (SessionEvent) -> Void
    ) {
        self.deliver = deliver
        let late = LateChannels(wait)
        self.channels = (0..<channels).map { number in
            LabeledChannel(
                voices, rule: rule, patience: patience, labelers: labelers, rate: rate, loop: loop, audio: { audio($0, ChannelIndex(number)) },
                wait: { late.note(number, areLate: $0) }, deliver: deliver)
        }
    }

    package func take(_ event: SessionEvent) {
        switch event {
        case .ready: deliver(event)
        case .speechStarted(let channel, _), .turnEnded(let channel, _), .flushed(let channel), .gap(let channel, _, _): take(event, of: channel)
        case .interim(let hypothesis): take(event, of: hypothesis.channel)
        case .commit(let commit): take(event, of: commit.channel)
        case .ended: end(channels[...], event)
        }
    }

    private func take(_ event: SessionEvent, of channel: ChannelIndex) {
        guard channels.indices.contains(channel.number) else { return deliver(event) }
        channels[channel.number].take(event)
    }

    private func end(_ rest: ArraySlice<LabeledChannel>, _ event: SessionEvent) {
        guard let first = rest.first else { return deliver(event) }
        first.end { [self] in end(rest.dropFirst(), event) }
    }
}

/// The channels of a session whose words have waited long for their voices. Lives on the session's loop.
private final class LateChannels {
    private var numbers: Set<Int> = []
    private let wait: (Bool) -> Void

    init(_ wait: @escaping (Bool) -> Void) { self.wait = wait }

    func note(_ number: Int, areLate: Bool) {
        let wereLate = !numbers.isEmpty
        if areLate { numbers.insert(number) } else { numbers.remove(number) }
        if wereLate == numbers.isEmpty { wait(areLate) }
    }
}
