package import Speakers
package import Speech

/// A transcript with the voices of its speakers.
package struct SpokenTranscript: Sendable {
    package var transcript: Transcript
    /// Voices of each channel, by the numbers of the speaker labels; empty where speakers were not told apart.
    package var voices: [[VoiceEvidence]]
}

extension Transcript.Channel {
    /// Labels each word with its speaker, and makes a segment of each turn.
    ///
    /// - Parameter turns: the turns in order, with positions at 16 kHz, as the words have.
    mutating func tell(_ turns: [SpeakerTurn]) {
        var said: [Int] = []
        for index in words.indices {
            guard let turn = turns.turn(of: words[index].range) else { return }
            words[index].speaker = turns[turn].speaker
            said.append(turn)
        }
        segments = []
        var first = 0
        for index in words.indices where index + 1 == words.count || said[index + 1] != said[index] {
            var range = SampleRange(words[first].range.start, words[index].range.end)
            // The segment covers the turn, which may have sounds without words at its edges, but does not reach into a neighbour's words.
            let turn = turns[said[index]].range
            let (floor, ceiling) = (segments.last?.range.end, index + 1 < words.count ? words[index + 1].range.start : turn.end)
            range.start = min(range.start, max(turn.start, floor ?? turn.start))
            range.end = max(range.end, min(turn.end, ceiling))
            segments.append(Transcript.Segment(range: range, words: first..<index + 1))
            first = index + 1
        }
    }
}
