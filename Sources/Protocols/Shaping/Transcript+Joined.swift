package import Speech

extension Transcript {
    /// A speaker of a joined transcript: a channel, and its own speaker where speakers were told apart.
    package struct Source: Sendable, Hashable {
        package var channel: ChannelIndex
        package var speaker: SpeakerLabel?
    }

    /// Longest pause within one utterance of a joined transcript.
    private static let pause: Duration = .milliseconds(800)

    /// Returns the transcript with all channels as one, for readers and formats that know one only: utterance by utterance in the order of time, each
    /// with a speaker of its channel. A transcript with one channel stays as it is.
    ///
    /// - Returns: the transcript, and the sources of its speakers, by the numbers of their labels; empty when nothing was joined.
    package func joined() -> (transcript: Transcript, sources: [Source]) {
        guard channels.count > 1 else { return (self, []) }
        var utterances: [(channel: Int, range: Range<Int>, words: [Word])] = []
        for (number, channel) in channels.enumerated() {
            for range in Utterances.split(channel.words, rate: rate, pause: Self.pause) {
                utterances.append((number, range, Array(channel.words[range])))
            }
        }
        utterances.sort { ($0.words[0].range.start, $0.channel) < ($1.words[0].range.start, $1.channel) }
        var sources: [Source] = []
        var joined = Channel(words: [], segments: [])
        for utterance in utterances {
            let source = Source(channel: ChannelIndex(utterance.channel), speaker: utterance.words[0].speaker)
            let label = sources.firstIndex(of: source) ?? sources.count
            if label == sources.count { sources.append(source) }
            let first = joined.words.count, channel = channels[utterance.channel]
            if let name = source.speaker.flatMap({ channel.speakerNames[$0] }) { joined.speakerNames[SpeakerLabel(label)] = name }
            joined.stretches += channel.stretches.compactMap { $0.part(utterance.range, movedTo: first) }
            for word in utterance.words {
                var word = word
                word.speaker = SpeakerLabel(label)
                joined.words.append(word)
            }
            let end = utterance.words.map(\.range.end).max() ?? utterance.words[0].range.end
            var segment = Segment(range: SampleRange(utterance.words[0].range.start, end), words: first..<joined.words.count)
            segment.speaker = SpeakerLabel(label)
            joined.segments.append(segment)
        }
        joined.hidden = channels.flatMap(\.hidden).sorted { $0.start < $1.start }
        var transcript = self
        transcript.channels = [joined]
        return (transcript, sources)
    }
}
