internal import Speech
internal import Synchronization
internal import TextNormalization

/// Redaction of a recording's words that are shown before the recording is recognized to its end. Called from any thread, in order.
final class SegmentRedaction: Sendable {
    private let rule: RedactionRule
    private let channels = Mutex<[ChannelIndex: StreamRedactor]>([:])

    init(_ rule: RedactionRule) { self.rule = rule }

    func redact(_ words: [Word], of channel: ChannelIndex) -> [Word] {
        channels.withLock { $0[channel, default: StreamRedactor(rule)].redact(final: words) }
    }
}
