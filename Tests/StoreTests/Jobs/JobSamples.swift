import Speech
import Store

extension TranscriptionJob {
    static func of(_ id: String, _ user: ID<User>, at milliseconds: Int64 = 0, audio: String = "https://a") -> TranscriptionJob {
        TranscriptionJob(
            id: ID(id), dialect: "assemblyai", user: user, created: UnixTime(milliseconds: milliseconds), request: "{}", audio: audio,
            engines: [.local], signingKey: [1, 2])
    }
}

extension JobQueue {
    /// Claims a job wherever its recording is, for a minute.
    func take(
        by owner: String = "us", held: [ID<User>: Int] = [:], below: Int? = nil, without: Set<ID<TranscriptionJob>> = [], at seconds: Int64 = 0
    ) async throws -> TranscriptionJob? {
        let now = UnixTime(milliseconds: seconds * 1_000)
        let lease = JobLease(owner: owner, until: now + .seconds(60))
        for source in [JobClaimTerms.Source.here, .address] {
            if let job = try await claim(JobClaimTerms(source, held: held, below: below, without: without), lease, now: now) { return job }
        }
        return nil
    }
}

extension Transcript {
    static let sample = Transcript(
        rate: .speech, length: SampleCount(48_000), language: LanguageTag("en-US"), languageConfidence: 0.75, model: "m",
        channels: [
            .init(
                words: [
                    Word("Hi,", SampleRange(SampleIndex(160), SampleIndex(320)), confidence: 0.5, speaker: SpeakerLabel(1)),
                    Word("“née”", SampleRange(SampleIndex(320), SampleIndex(640)), confidence: 1, language: LanguageTag("fr")),
                ], segments: [.init(range: SampleRange(SampleIndex(160), SampleIndex(640)), words: 0..<2)]), .init(words: [], segments: []),
        ])
}
