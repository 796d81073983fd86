package import Conversations
package import Speech

/// Rebuilds a conversation from its chunks. The result depends on the chunks alone: neither on the order of their arrival nor on the number that has
/// arrived.
package enum Reconstruction {
    /// The beginning of a segment. The segment's id is derived from the origin, so the id stays while the beginning stays.
    package struct Origin: Sendable, Hashable {
        package var chunk: String
        package var word: Int
    }

    /// - Parameters:
    ///   - speakers: the speakers of these chunks.
    ///   - id: returns the id of an origin; the same origin always has the same id.
    /// - Returns: the segments in order of start, on the recording's timeline.
    package static func segments(of chunks: [RecognizedChunk], speakers: Reconciliation, id: (Origin) -> ID<Segment>) -> [Segment] {
        let chunks = chunks.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        var merge = SeamMerge()
        for (number, chunk) in chunks.enumerated() { merge.add(chunk, number: number) }
        // Speakers are numbered in the order of their first words.
        var numbers: [Int: SpeakerNumber] = [:]
        var identities: [SpeakerNumber: SpeakerIdentity] = [:]
        let words = merge.words.map { placed in
            let chunk = chunks[placed.chunk]
            var spoken = SpokenWord(
                placed.word.text, start: placed.start, end: placed.end, confidence: placed.word.confidence, engine: chunk.engine, model: chunk.model,
                blankBefore: placed.word.blankBefore)
            guard let cluster = placed.word.cluster, let speaker = speakers[.init(chunk: chunk.id, cluster: cluster)] else { return spoken }
            let number = numbers[speaker] ?? SpeakerNumber(numbers.count)
            numbers[speaker] = number
            spoken.speaker = number
            identities[number] = speakers.speakers[speaker].identity
            return spoken
        }
        var maker = SegmentMaker()
        var made = 0
        let changes = maker.add(words) {
            defer { made += 1 }
            return ID("\(made)")
        }
        var first = 0
        return changes.changed.map { segment in
            var segment = segment
            let origin = merge.words[first]
            segment.id = id(Origin(chunk: chunks[origin.chunk].id, word: origin.index))
            if let speaker = segment.speaker, let identity = identities[speaker] { segment.identity = identity }
            first += segment.words.count
            return segment
        }
    }
}
