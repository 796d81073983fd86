internal import Audio
internal import Conversations
internal import Dispatch
internal import Observability
internal import Protocols
internal import RecordingAssembly
internal import Speakers
internal import Speech

/// Identifies the speakers of a chunk. All times are on the chunk's own timeline, whatever its place in the recording.
struct ChunkVoices: Sendable {
    let voices: any Voiceprinting
    /// Queue for reading from the disk.
    let queue: DispatchQueue
    let media: any MediaSource
    let log: Log

    /// Returns the chunk with the voices of its speakers, and with the identities of the speakers that the user's recordings know.
    func heard(_ chunk: RecognizedChunk, in recording: Recording, knowing directory: VoiceDirectory) async -> RecognizedChunk {
        let pieces = ClusterSpan.all(in: chunk.words, pause: ClusterSpan.shortPause).map { stretch in
            ClusterIdentity.Piece(
                cluster: stretch.cluster, SampleRange(.zero + SampleCount(stretch.start, at: .speech), .zero + SampleCount(stretch.end, at: .speech)),
                words: stretch.words)
        }
        let spans = ClusterIdentity.spans(pieces).filter { !$0.value.isEmpty }
        guard !spans.isEmpty, let samples = await samples(of: spans, in: recording) else { return chunk }
        var chunk = chunk
        for (cluster, samples) in samples {
            do {
                guard let voiceprint = try await voices.keptVoiceprint(of: samples) else { continue }
                chunk.voices[cluster] = VoiceEvidence(voiceprint, SampleCount(samples.count).duration(at: .speech))
            } catch {
                log.warning("the voice of a speaker of a chunk could not be compared", [.error: "\(error)"])
            }
        }
        chunk.identities = ClusterIdentity.identify(chunk.voices, in: directory)
        return chunk
    }

    /// Returns the samples in the spans of each cluster; nil when the recording cannot be read.
    private func samples(of spans: [String: [SampleRange]], in recording: Recording) async -> [String: [Float]]? {
        let wanted = spans.flatMap { cluster, ranges in ranges.map { (cluster: cluster, range: $0) } }.sorted { $0.range.start < $1.range.start }
        do throws(MediaError) {
            let stretches = try await RecordingExcerpts(queue: queue, media: media).read(wanted.map(\.range), of: recording)
            var samples: [String: [Float]] = [:]
            for (want, stretch) in zip(wanted, stretches) where !stretch.isEmpty { samples[want.cluster, default: []] += stretch }
            return samples
        } catch {
            log.warning("the voices of a chunk could not be compared", [.error: "\(error)"])
            return nil
        }
    }
}

extension ClusterIdentity {
    /// Returns the identities of a chunk's speakers. The speaker who speaks longest is identified first. Parts of one speaker of the engine may have
    /// the same voice; different speakers of the engine never do.
    ///
    /// Each speaker is identified by a voice, so that a name that is given to the voice later applies to all of its words.
    fileprivate static func identify(_ voices: [String: VoiceEvidence], in directory: VoiceDirectory) -> [String: SpeakerIdentity] {
        var identities: [String: SpeakerIdentity] = [:]
        var taken: [(voice: ID<Voice>, by: Substring)] = []
        for (cluster, voice) in voices.sorted(by: { ($1.value.duration, $0.key) < ($0.value.duration, $1.key) }) {
            guard voice.duration >= directory.rule.shortestClip else { continue }
            let base = ClusterParts.base(cluster)
            var free = directory
            for other in taken where other.by != base { free.remove(other.voice) }
            guard let finding = identify([(cluster, .success(voice.voiceprint))], in: free)[cluster], finding.reason == nil,
                let candidate = finding.candidates.first
            else { continue }
            identities[cluster] = SpeakerIdentity(.voice(candidate.voice), by: .voiceprint, confidence: finding.identity.confidence)
            taken.append((candidate.voice, base))
        }
        return identities
    }
}
