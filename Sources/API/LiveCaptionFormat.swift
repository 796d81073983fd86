internal import Conversations
internal import Live
internal import Protocols
internal import Speech

/// The words of a watched session as a WebVTT file that grows while the session runs. Times are on the session's timeline.
struct LiveCaptionFormat: WatchFormat {
    static let contentType = "text/vtt"
    static let heartbeat = Array("NOTE\n\n".utf8)

    private var rate: SampleRate?
    /// End of the last caption, in milliseconds.
    private var shown: Int64 = 0

    mutating func write(_ event: WatchedEvent) -> [UInt8] {
        switch event {
        case .state(let state):
            guard rate == nil else { return [] }
            rate = state.rate
            return Captions.vtt([])
        case .commit(let commit): return write(commit.words, through: commit.range.end)
        case .brought(let segments):
            guard let rate else { return [] }
            return segments.flatMap { segment -> [UInt8] in
                let words = Self.words(of: segment, rate)
                return words.last.map { write(words, through: $0.range.end) } ?? []
            }
        case .interim, .segments, .removed, .labeled, .gap, .notice, .engine, .ended: return []
        }
    }

    private mutating func write(_ words: [Word], through end: SampleIndex) -> [UInt8] {
        guard let rate else { return [] }
        var cues = Captions.cues(of: [words], rate: rate, length: end - .zero)
        for index in cues.indices {
            cues[index].start = max(cues[index].start, shown)
            cues[index].end = max(cues[index].end, cues[index].start + 1)
            shown = cues[index].end
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
