package import Conversations
package import Speech

/// The identification of a recording's speakers: which known voice each of the engine's clusters has.
package enum ClusterIdentity {
    package enum Reason: String, Sendable {
        case missingAudio = "missing_audio"
        case missingCandidates = "missing_candidate_embeddings"
        case missingExtractor = "missing_embedding_extractor"
        case noUsableSpans = "no_usable_cluster_spans"
        case extractionFailed = "sample_extraction_failed"
        case embeddingFailed = "embedding_extraction_failed"
        case belowThreshold = "below_threshold"
    }

    /// A segment of the recording.
    package struct Piece: Sendable, Equatable {
        package var cluster: String
        package var range: SampleRange
        package var words: Int

        package init(cluster: String, _ range: SampleRange, words: Int) {
            self.cluster = cluster
            self.range = range
            self.words = words
        }
    }

    package struct Finding: Sendable, Equatable {
        package var identity: SpeakerIdentity
        package var reason: Reason?
        /// The three nearest known voices.
        package var candidates: [VoiceDirectory.Candidate]
    }

    private static let shortest = SampleCount(16_000)
    private static let longest = SampleCount(160_000)
    private static let enough = SampleCount(80_000)
    private static let maxTotal = SampleCount(320_000)
    private static let maxOverlap = SampleCount(1_600)

    /// Returns the key of a cluster: the engine's own identifier, otherwise its label, otherwise a number from an older version.
    package static func key(cluster: String?, label: String?, number: Int?) -> String {
        cluster ?? label.map { "provider-label:" + $0 } ?? "legacy-speaker:\(number ?? 0)"
    }

    /// Returns the stretches (16 kHz) from which to make each cluster's voiceprint, in order of time. A cluster without usable speech has none.
    package static func spans(_ pieces: [Piece]) -> [String: [SampleRange]] {
        var spans: [String: [SampleRange]] = [:]
        for (cluster, own) in Dictionary(grouping: pieces, by: \.cluster) {
            let others = pieces.filter { $0.cluster != cluster }
            let usable = own.filter { piece in
                piece.range.count >= shortest && piece.words >= 2
                    && others.allSatisfy { ($0.range.intersection(piece.range)?.count ?? .zero) <= maxOverlap }
            }
            var chosen: [SampleRange] = []
            var total = SampleCount.zero
            for piece in usable.sorted(by: { ($1.range.count, $0.range.start) < ($0.range.count, $1.range.start) }) where total < enough {
                let length = min(piece.range.count, longest, maxTotal - total)
                guard length >= shortest else { continue }
                let start = piece.range.start + SampleCount((piece.range.count - length).samples / 2)
                chosen.append(SampleRange(start, count: length))
                total += length
            }
            spans[cluster] = chosen.sorted { $0.start < $1.start }
        }
        return spans
    }

    /// Identifies the clusters in order. A voice that one cluster has got is not given to another.
    ///
    /// - Parameter clusters: the clusters, each with its voiceprint or with the reason why there is none.
    package static func identify(_ clusters: [(key: String, voice: Result<Voiceprint, NoVoiceprint>)], in directory: VoiceDirectory) -> [String:
        Finding]
    {
        var findings: [String: Finding] = [:]
        var used: [SpeakerIdentity.Who] = []
        for (key, voice) in clusters {
            guard case .success(let voiceprint) = voice else {
                if case .failure(let failure) = voice { findings[key] = Finding(identity: .unknown, reason: failure.reason, candidates: []) }
                continue
            }
            let all = directory.contenders(for: voiceprint)
            let free = all.filter { !used.contains($0.who) }
            var finding = Finding(identity: .unknown, reason: all.isEmpty ? .missingCandidates : .belowThreshold, candidates: Array(free.prefix(3)))
            if let first = free.first, first.distance < directory.rule.distance,
                free.count < 2 || free[1].distance - first.distance >= directory.rule.margin - 1e-6
            {
                finding.identity = SpeakerIdentity(first.who, by: .voiceprint, confidence: directory.rule.confidence(at: first.distance))
                finding.reason = nil
                used.append(first.who)
            }
            findings[key] = finding
        }
        return findings
    }

    /// Returns the new identity of a segment. An identity that a person has set stays.
    package static func applied(_ finding: Finding, to identity: SpeakerIdentity) -> SpeakerIdentity {
        identity.isFixed ? identity : finding.identity
    }
}

/// The reason why a cluster has no voiceprint.
package struct NoVoiceprint: Error, Sendable, Equatable {
    package var reason: ClusterIdentity.Reason
    package init(_ reason: ClusterIdentity.Reason) { self.reason = reason }
}
