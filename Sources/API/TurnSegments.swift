internal import Conversations
internal import Speech

/// The segments of a session without a conversation: one for each turn of a speaker, which grows with the turn's words.
struct TurnSegments: Sendable {
    /// Number of words after which a turn goes on in another segment.
    static let maxWords = 200

    private let session: ID<Session>
    private var open: [ChannelIndex: Segment] = [:]
    private var count = 0

    init(_ session: ID<Session>) { self.session = session }

    /// Returns the segment that has the commit's words now. Only a segment that the last commit of its channel was part of still grows.
    mutating func segment(with commit: Commit, rate: SampleRate) -> Segment {
        func time(_ position: SampleIndex) -> Duration { (position - .zero).duration(at: rate) }
        let words = commit.words.map {
            SegmentWord($0.text, start: time($0.range.start), end: time($0.range.end), confidence: $0.confidence)
        }
        let text = commit.words.text
        let speaker = commit.words.first?.speaker.map { SpeakerNumber($0.number) }
        let end = words.map(\.end).max() ?? time(commit.range.end)
        var segment: Segment
        if let known = open[commit.channel], known.speaker == speaker {
            segment = known
            WordSpacing.append(text, blank: commit.words.first?.blankBefore, to: &segment.text)
            segment.words += words
            segment.end = end
        } else {
            count += 1
            segment = Segment(
                id: ID("\(session)-\(count)"), text: text, start: words.first?.start ?? time(commit.range.start), end: end, words: words,
                speaker: speaker, channel: commit.channel, engine: commit.engine)
        }
        open[commit.channel] = commit.endsTurn || segment.words.count >= Self.maxWords ? nil : segment
        return segment
    }
}
