package import Conversations
package import Speech

/// Changes of a conversation whose audio was recognised a second time. Where there is audio, its words are replaced; changes by people stay.
package struct SecondHearing: Sendable {
    /// New segments, in order.
    package private(set) var new: [Segment]
    package private(set) var removed: [ID<Segment>]

    /// - Parameters:
    ///   - old: the conversation's segments.
    ///   - chunks: the conversation's audio with the new words, each stretch at its place.
    ///   - speakers: the speakers of the chunks.
    ///   - id: returns the id of an origin: the same origin always has the same id, which is not the id of an old segment.
    package init(of old: [Segment], in chunks: [RecognizedChunk], speakers: Reconciliation, id: (Reconstruction.Origin) -> ID<Segment>) {
        // Segments that stay: those that a person has edited, those without word times, and those outside of the audio.
        let standing = old.filter { segment in
            segment.isEdited || segment.words.isEmpty || !chunks.contains { $0.start <= segment.middle && segment.middle < $0.end }
        }
        let free = chunks.map { chunk in
            var chunk = chunk
            chunk.words.removeAll { word in
                let middle = chunk.start + (word.start + word.end) / 2
                // Not a range: a stored segment may end before it starts.
                return standing.contains { $0.start <= middle && middle < $0.end }
            }
            return chunk
        }
        let named = old.filter(\.identity.isFixed)
        new = Reconstruction.segments(of: free, speakers: speakers, id: id).map { segment in
            guard let known = named.max(by: { $0.overlap(segment) < $1.overlap(segment) }), known.overlap(segment) * 2 > segment.end - segment.start
            else { return segment }
            var segment = segment
            segment.identity = known.identity
            segment.speaker = known.speaker ?? segment.speaker
            return segment
        }
        let kept = Set(standing.map(\.id))
        removed = old.map(\.id).filter { !kept.contains($0) }
    }
}

extension Segment {
    fileprivate var middle: Duration { start + (end - start) / 2 }

    fileprivate func overlap(_ other: Segment) -> Duration { max(.zero, min(end, other.end) - max(start, other.start)) }
}
