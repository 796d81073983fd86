internal import Continuity
internal import Framing
internal import Speech
internal import Store

/// A time of a conversation whose audio no engine has recognized.
struct ConversationGap: Sendable, Equatable {
    /// Start and end, as times since the conversation's start.
    var start: Duration
    var end: Duration
    var channel: ChannelIndex
    var reason: String

    /// The meaning of the parameter `gaps` of lists and searches.
    static let filter = "True: only conversations with a time whose audio was not recognized, in a session that is over. Default: false."

    /// Returns the gaps of a session's transcript that lie in the session's part of a conversation.
    static func all(in transcript: SessionTranscript, _ span: SessionSpan) -> [ConversationGap] {
        guard let shift = span.shift else { return [] }
        return transcript.gaps.compactMap { gap in
            let start = max(span.begins, (gap.range.start - .zero).duration(at: transcript.rate))
            let length = (gap.range.end - .zero).duration(at: transcript.rate)
            let end = span.ends.map { min($0, length) } ?? length
            guard start < end, end + shift > .zero else { return nil }
            return ConversationGap(start: max(.zero, start + shift), end: end + shift, channel: gap.channel, reason: gap.cause.rawValue)
        }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("start", start / .seconds(1), decimals: 3)
        json.member("end", end / .seconds(1), decimals: 3)
        json.member("channel", channel.number)
        json.member("reason", reason)
        json.endObject()
    }
}
