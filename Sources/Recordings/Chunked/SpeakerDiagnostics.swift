internal import Conversations
internal import Framing
internal import Protocols
internal import RecordingAssembly
internal import Speech

/// The speakers of a chunk, and the conversation's speakers that they became, as counts and examples.
///
/// The members mean what they mean to Omi's clients. A speaker of the engine who came back behind another one is as many clusters as parts. A member
/// with the prefix `mapped_` is about the segments of the conversation. A speaker is mapped if they are the user or a person with a name.
///
/// Source: `speaker_diagnostics` in the tests of Omi's route for chunks, read 2026-11-29.
struct SpeakerDiagnostics: Sendable, Equatable {
    /// Number of examples in each list.
    private static let maxExamples = 20

    /// The engine's speakers, divided into parts, in order of their names.
    let clusters: [String]
    /// The engine's own names of its speakers, in order.
    let labels: [String]
    /// The conversation's speakers in the chunk, in order.
    let speakers: [SpeakerNumber]
    /// Number of clusters that have words in the conversation's segments.
    let mappedClusters: Int
    /// Number of the conversation's speakers who are neither the user nor a person.
    let unmapped: Int
    /// Number of clusters that are parts of a speaker of the engine.
    let splitClusters: Int
    /// Number of segments that have words of such clusters.
    let splitSegments: Int
    /// Number of times that a part was not taken for the earlier part of its speaker.
    let preventedLinks: Int
    /// Numbers of voices that were identified, and that were not.
    let accepted: Int
    let rejected: Int

    /// - Parameter segments: the parts of the conversation's segments that lie in the chunk, or the segments of the chunk alone.
    init(_ chunk: RecognizedChunk, _ segments: [Segment]) {
        let parts = Dictionary(grouping: Set(chunk.words.compactMap(\.cluster))) { String(ClusterParts.base($0)) }
        let split = parts.values.filter { $0.count > 1 }
        let splitNames = Set(split.joined())
        clusters = parts.flatMap { base, parts in parts.count > 1 ? parts : [base] }.sorted()
        labels = parts.keys.sorted()
        speakers = Set(segments.compactMap(\.speaker)).sorted()
        let spoken = segments.map { Self.clusters(of: $0, in: chunk) }
        mappedClusters = Set(spoken.joined()).count
        let mapped = Set(segments.filter { $0.identity.isUser || $0.identity.person != nil }.compactMap(\.speaker))
        unmapped = speakers.count { !mapped.contains($0) }
        splitClusters = splitNames.count
        splitSegments = spoken.count { !$0.isDisjoint(with: splitNames) }
        preventedLinks = splitNames.count - split.count
        let known = chunk.identities.filter { $0.value.who != .unknown }
        accepted = known.count
        rejected = chunk.voices.count { known[$0.key] == nil }
    }

    /// Returns the clusters of a segment's words: each is that of the chunk's word that begins nearest to it.
    private static func clusters(of segment: Segment, in chunk: RecognizedChunk) -> Set<String> {
        let times = segment.words.isEmpty ? [segment.start] : segment.words.map(\.start)
        return Set(times.compactMap { cluster(at: $0 - chunk.start, in: chunk.words) })
    }

    /// - Parameter time: a time on the chunk's own timeline.
    private static func cluster(at time: Duration, in words: [ChunkWord]) -> String? {
        var low = 0, high = words.count
        while low < high {
            let middle = (low + high) / 2
            if words[middle].start < time { low = middle + 1 } else { high = middle }
        }
        guard low < words.count else { return words.last?.cluster }
        let isEarlierNearer = low > 0 && time - words[low - 1].start < words[low].start - time
        return words[isEarlierNearer ? low - 1 : low].cluster
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("provider_cluster_count", clusters.count)
        json.key("provider_clusters")
        json.array(Array(clusters.prefix(Self.maxExamples)))
        json.member("provider_speaker_label_count", labels.count)
        json.key("provider_speaker_labels")
        json.array(Array(labels.prefix(Self.maxExamples)))
        json.member("provider_speaker_count", clusters.count)
        json.member("mapped_provider_speaker_count", mappedClusters)
        json.member("mapped_speaker_count", speakers.count)
        json.key("mapped_speaker_ids")
        json.beginArray()
        for speaker in speakers.prefix(Self.maxExamples) { json.value(speaker.number) }
        json.endArray()
        json.key("mapped_speaker_labels")
        json.array(speakers.prefix(Self.maxExamples).map(\.label))
        json.member("mapped_unmapped_speaker_count", unmapped)
        json.member("speaker_split_cluster_count", splitClusters)
        json.member("speaker_split_segment_count", splitSegments)
        json.member("cannot_link_violations_prevented", preventedLinks)
        json.member("speaker_reconciliation_accepted_count", accepted)
        json.member("speaker_reconciliation_rejected_count", rejected)
        json.endObject()
    }
}
