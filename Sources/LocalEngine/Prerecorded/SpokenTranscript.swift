package import Speakers
package import Speech

/// A transcript with the voices of its speakers.
package struct SpokenTranscript: Sendable {
    package var transcript: Transcript
    /// Voices of each channel, by the numbers of the speaker labels; empty where speakers were not told apart.
    package var voices: [[VoiceEvidence]]

    package init(transcript: Transcript, voices: [[VoiceEvidence]]) {
        self.transcript = transcript
        self.voices = voices
    }
}

extension Transcript.Channel {
    /// Maximum distance of a word from the turn of its speaker within one segment. A word that is farther away has a segment of its own.
    private static let reach = SampleCount(.milliseconds(500), at: .speech)

    /// Labels each word with its speaker, and makes a segment of each turn. A turn without words, and the words of a second speaker that nobody
    /// recognized, are segments without words.
    ///
    /// - Parameter found: the turns, with positions at 16 kHz, as the words have. There is at least one turn.
    mutating func tell(_ found: Diarization.Result) {
        let turns = words.map { word in found.turns.turn(of: SampleRange(word.range.middle, count: SampleCount(1))) ?? 0 }
        for index in words.indices { words[index].speaker = found.turns[turns[index]].speaker }
        segments = spokenSegments(found.turns, turns)
        let told = Set(turns)
        for index in found.turns.indices where !told.contains(index) { segments.append(wordless(found.turns[index])) }
        for overlap in found.overlaps {
            let own = segments.firstIndex { segment in
                segment.speaker == overlap.speaker && segment.range.gap(to: overlap.range) <= DiarizationRule().overlapPause
            }
            if let own {
                let range = segments[own].range
                segments[own].range = SampleRange(min(range.start, overlap.range.start), max(range.end, overlap.range.end))
            } else {
                segments.append(wordless(overlap))
            }
        }
        segments.sort { ($0.words.lowerBound, $0.words.upperBound, $0.range.start) < ($1.words.lowerBound, $1.words.upperBound, $1.range.start) }
    }

    /// Returns the segments that have words: one for each turn, and one for each row of words that are far from their turn.
    private func spokenSegments(_ all: [SpeakerTurn], _ turns: [Int]) -> [Transcript.Segment] {
        func isNear(_ index: Int) -> Bool { words[index].range.gap(to: all[turns[index]].range) <= Self.reach }
        var spoken: [Transcript.Segment] = []
        var first = 0
        for index in words.indices {
            let next = index + 1
            let goesOn =
                next < words.count && turns[next] == turns[index] && isNear(next) == isNear(index)
                && (isNear(index) || words[next].range.start - words[index].range.end < SegmentRule.pause)
            guard !goesOn else { continue }
            var range = SampleRange(words[first].range.start, words[index].range.end)
            if isNear(index) {
                // The segment covers the turn, which may have sounds without words at its edges, but does not reach into a neighbour's words.
                let turn = all[turns[index]].range
                let floor = spoken.last?.range.end ?? turn.start, ceiling = next < words.count ? words[next].range.start : turn.end
                range.start = min(range.start, max(turn.start, floor))
                range.end = max(range.end, min(turn.end, ceiling))
            }
            spoken.append(segment(range, first..<next, all[turns[index]].speaker))
            first = next
        }
        return spoken
    }

    /// Returns the segment of a turn without words.
    private func wordless(_ turn: SpeakerTurn) -> Transcript.Segment {
        let place = words.firstIndex { $0.range.start >= turn.range.start } ?? words.count
        return segment(turn.range, place..<place, turn.speaker)
    }

    private func segment(_ range: SampleRange, _ words: Range<Int>, _ speaker: SpeakerLabel) -> Transcript.Segment {
        var segment = Transcript.Segment(range: range, words: words)
        segment.speaker = speaker
        return segment
    }
}

extension SampleRange {
    /// Returns the length of the silence between two ranges; zero where the ranges touch or overlap.
    fileprivate func gap(to other: SampleRange) -> SampleCount {
        max(.zero, max(other.start - end, start - other.end))
    }
}
