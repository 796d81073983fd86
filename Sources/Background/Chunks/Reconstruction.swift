package import Conversations
package import Speech

/// Puts a conversation together from its chunks. Depends on the chunks alone: not on the order in which they came, nor on how many are there already.
package enum Reconstruction {
    /// Where a segment begins: what its identifier is made of, so that it stays while its beginning does.
    package struct Origin: Sendable, Hashable {
        package var chunk: String
        package var word: Int
    }

    /// - Parameter id: the same for the same origin.
    /// - Returns: in order of start, on the recording's clock.
    package static func segments(of chunks: [RecognisedChunk], id: (Origin) -> ID<Segment>) -> [Segment] {
        let chunks = chunks.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        var merge = SeamMerge()
        for (number, chunk) in chunks.enumerated() { merge.add(chunk, number: number) }
        var numbers: [String: SpeakerNumber] = [:]
        var identities: [SpeakerNumber: SpeakerIdentity] = [:]
        let words = merge.words.map { placed in
            let chunk = chunks[placed.chunk]
            var spoken = SpokenWord(
                placed.word.text, start: placed.start, end: placed.end, confidence: placed.word.confidence, engine: chunk.engine, model: chunk.model)
            guard let cluster = placed.word.cluster else { return spoken }
            let identity = chunk.identities[cluster]
            let key = key(cluster, identity, chunk)
            let number = numbers[key] ?? SpeakerNumber(numbers.count)
            numbers[key] = number
            spoken.speaker = number
            if let identity { identities[number] = better(identity, identities[number]) }
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

    /// One key, one speaker: those who were recognised are the same in all chunks, the others in none but their own.
    private static func key(_ cluster: String, _ identity: SpeakerIdentity?, _ chunk: RecognisedChunk) -> String {
        switch identity?.who {
        case .user?: "identity:user"
        case .person(let person)?: "identity:person:\(person)"
        case .voice(let voice)?: "identity:voice:\(voice)"
        case .unknown?, nil: "provider:\(chunk.engine):chunk:\(chunk.id):cluster:\(cluster)"
        }
    }

    /// The surer one.
    private static func better(_ a: SpeakerIdentity, _ b: SpeakerIdentity?) -> SpeakerIdentity {
        guard let b else { return a }
        return a.confidence ?? 0 > b.confidence ?? 0 ? a : b
    }
}
