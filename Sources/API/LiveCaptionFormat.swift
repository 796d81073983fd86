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
        case .commit(let commit):
            guard let rate else { return [] }
            let groups = CaptionSplitter.split(commit.words, rate: rate).map { commit.words[$0] }
            var cues = Captions.cues(of: groups, rate: rate, length: commit.range.end - .zero)
            for index in cues.indices {
                cues[index].start = max(cues[index].start, shown)
                cues[index].end = max(cues[index].end, cues[index].start + 1)
                shown = cues[index].end
            }
            return Captions.vttCues(cues)
        case .interim, .segments, .removed, .gap, .engine, .ended: return []
        }
    }
}
