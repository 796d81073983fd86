internal import Conversations
internal import Live
internal import Protocols
internal import Speech

/// The words of a watched session as a WebVTT file that grows while the session runs. Times are on the session's timeline.
struct LiveCaptionFormat: WatchFormat {
    static let contentType = "text/vtt"
    static let heartbeat = Array("NOTE\n\n".utf8)

    private var rate: SampleRate?
    /// Ends of the channels' last captions, in milliseconds.
    private var shown: [ChannelIndex: Int64] = [:]
    /// Start of the last caption, in milliseconds: in a WebVTT file no caption starts earlier than the one before.
    private var started: Int64 = 0

    mutating func write(_ event: WatchedEvent) -> [UInt8] {
        switch event {
        case .state(let state):
            guard rate == nil else { return [] }
            rate = state.rate
            return Captions.vtt([])
        case .commit(let commit): return write(commit.words, of: commit.channel, through: commit.range.end)
        case .brought(let segments):
            guard let rate else { return [] }
            // A client that brings words names no channel.
            return segments.flatMap { segment -> [UInt8] in
                let words = Self.words(of: segment, rate)
                return words.last.map { write(words, of: .first, through: $0.range.end) } ?? []
            }
        case .interim, .conversation, .segments, .removed, .labeled, .gap, .notice, .late, .engine, .ended: return []
        }
    }

    private mutating func write(_ words: [Word], of channel: ChannelIndex, through end: SampleIndex) -> [UInt8] {
        guard let rate else { return [] }
        let minOverlapped = Int64(CaptionRules().minOverlapped / .milliseconds(1))
        var cues = Captions.cues(of: [words], rate: rate, length: end - .zero)
        for index in cues.indices {
            let start = max(cues[index].start, shown[channel] ?? 0, started)
            // A caption that comes after those of another channel starts with them at the earliest, and stays to be read.
            if start > cues[index].start { cues[index].end = max(cues[index].end, start + minOverlapped) }
            cues[index].start = start
            shown[channel] = cues[index].end
            started = start
        }
        return Captions.vttCues(cues)
    }

    private static func words(of segment: SuggestedSegment, _ rate: SampleRate) -> [Word] {
        func place(_ time: Duration) -> SampleIndex { .zero + SampleCount(time, at: rate) }
        return segment.words.map { word in
            var timed = Word(word.written.text, SampleRange(place(word.start), place(word.end)), confidence: 1)
            timed.blankBefore = word.written.blankBefore
            return timed
        }
    }
}
