internal import Audio
internal import Conversations
internal import Dispatch
internal import Observability
internal import Protocols
internal import Sessions
internal import Speakers
internal import Speech
internal import Store

/// Learns people's voices from segments that were assigned by hand: one enrollment after the other, from the audio that is kept.
///
/// Only this machine's own engine recognises the audio, so the enrollment costs nothing and no audio leaves the machine.
actor EnrollmentWorker {
    enum Outcome: Sendable, Equatable {
        case learned
        /// The person's voice was learned from this conversation before.
        case known
        case needsMoreSpeech
        case contaminated
        /// The words of the audio differ from the segments' words, or the audio has more than one speaker.
        case rejected
        /// The enrollment was rejected before, and since then neither the segments nor the audio have changed.
        case unchanged
        /// No audio is kept, or not yet: `AwaitedAudio` has the voice.
        case noAudio
        /// The user has chosen that no voices of other people are learned.
        case unwanted
        /// Somebody has changed the segments or their speakers during the enrollment.
        case corrected
        /// The engine cannot be used, or does not know the language.
        case unavailable
        case failed

        var name: String { "\(self)" }
    }

    let store: any ConversationStore & VoiceStore & ConversationAudioCatalog & UserSettingsStore
    let voices: any Voiceprinting
    let rule: SpeakerRule
    /// The engine of this machine; nil while it cannot be used.
    let listener: @Sendable () -> (any PrerecordedEngine)?
    /// The audio that is kept.
    let audio: any BlobStore
    /// Decoder of the audio, which may have come from another gateway.
    let media: any MediaSource
    /// Takes the voices whose conversation has no audio yet.
    let awaited: AwaitedAudio
    let reconciliations: VoiceReconciliations
    /// Returns the path of a file that does not exist yet, for audio that the engine recognises.
    let newPath: @Sendable () -> String
    let newID: @Sendable () -> String
    let now: @Sendable () -> UnixTime
    let log: Log
    let metrics: Metrics
    private let queue = DispatchQueue(label: "harken.teaching", qos: .utility)

    init(
        store: any ConversationStore & VoiceStore & ConversationAudioCatalog & UserSettingsStore, voices: any Voiceprinting, rule: SpeakerRule,
        listener: @escaping @Sendable () -> (any PrerecordedEngine)?,
        audio: any BlobStore, media: any MediaSource, awaited: AwaitedAudio, reconciliations: VoiceReconciliations,
        newPath: @escaping @Sendable () -> String, newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime, log: Log,
        metrics: Metrics
    ) {
        self.store = store
        self.voices = voices
        self.rule = rule
        self.listener = listener
        self.audio = audio
        self.media = media
        self.awaited = awaited
        self.reconciliations = reconciliations
        self.newPath = newPath
        self.newID = newID
        self.now = now
        self.log = log
        self.metrics = metrics
    }

    /// Teaches voices until the stream ends.
    func run(_ untaught: AsyncStream<UntaughtVoice>) async {
        for await voice in untaught {
            let outcome: Outcome
            do {
                outcome = try await teach(voice)
            } catch {
                outcome = .failed
                log.warning("a voice could not be learned", [.conversation: voice.conversation.rawValue, .error: "\(error)"])
            }
            metrics.taught(outcome.name)
            log.debug("voice enrollment", [.conversation: voice.conversation.rawValue, .status: outcome.name])
        }
    }

    func teach(_ voice: UntaughtVoice) async throws -> Outcome {
        guard UserChoices(settings: try await store.settings(of: voice.user)).learnsVoices else { return .unwanted }
        guard try await !store.hasLearned(voice.person, from: voice.conversation, of: voice.user) else { return .known }
        guard let conversation = try await store.conversation(voice.conversation, of: voice.user), conversation.status == .completed else {
            return .corrected
        }
        awaited.add(voice)
        let audio = try await store.audio(of: voice.conversation, of: voice.user)
        guard !audio.isEmpty else { return .noAudio }
        // Another gateway may not have sent its files yet.
        for file in audio { guard let name = BlobName(file.file), try await self.audio.find(name) != nil else { return .noAudio } }
        awaited.remove(voice)
        guard let engine = listener() else { return .unavailable }
        let evidence = EnrollmentEvidence(conversation, audio, of: voice.person, heardBy: engine.name).number
        guard try await store.rejectedEvidence(of: voice.person, in: voice.conversation, of: voice.user) != evidence else { return .unchanged }
        if let language = conversation.language, !language.isMulti, !engine.capabilities.languages.contains(language) {
            return .unavailable
        }
        let outcome = try await listen(voice, conversation, audio, engine)
        switch outcome {
        case .rejected, .contaminated: try await store.reject(evidence, of: voice.person, in: voice.conversation, of: voice.user)
        case .learned, .known, .needsMoreSpeech, .unchanged, .noAudio, .unwanted, .corrected, .unavailable, .failed: break
        }
        return outcome
    }

    private func listen(
        _ voice: UntaughtVoice, _ conversation: Conversation, _ audio: [StoredAudio], _ engine: any PrerecordedEngine
    ) async throws -> Outcome {
        let heard: [EnrollmentSample]
        switch try await choose(voice, conversation, audio, engine) {
        case .success(let windows): heard = windows
        case .failure(let reason): return reason.outcome
        }
        let samples = heard.flatMap(\.samples)
        guard let voiceprint = try await voices.keptVoiceprint(of: samples) else { return .rejected }
        let sample = SpeechSample(
            id: ID(newID()), owner: .person(voice.person), duration: SampleCount(samples.count).duration(at: .speech), voiceprint: voiceprint,
            created: now())
        let known = try await store.voices(of: voice.user)
        let result: VoiceEnrollment.Result =
            switch SegmentEnrollment.result(voiceprint, of: voice.person, beside: known, rule: rule) {
            case .nothing: .nothing
            case .makes: .makes(ID(newID()))
            }
        let isKept = try await store.learn(VoiceEnrollment(sample, of: heard.map(\.segment), in: voice.conversation, result), of: voice.user)
        guard isKept else { return .corrected }
        await reconciliations.begin(for: voice.user).value
        return .learned
    }

    // MARK: - What to learn from

    private struct EnrollmentSample {
        var segment: ID<Segment>
        /// Audio samples at 16 kHz.
        var samples: [Float]
    }

    private struct Reason: Error {
        var outcome: Outcome
    }

    /// Chooses windows whose recognised words match their segments' words. Windows that do not match are replaced by others.
    private func choose(
        _ voice: UntaughtVoice, _ conversation: Conversation, _ audio: [StoredAudio], _ engine: any PrerecordedEngine
    ) async throws -> Result<[EnrollmentSample], Reason> {
        var samples = conversation.segments.compactMap { segment -> SegmentEnrollment.Sample? in
            guard segment.start < segment.end else { return nil }
            let isTheirs = segment.identity.person == voice.person
            // A segment that automation assigned to the person proves neither that the person speaks nor that somebody else does.
            guard !isTheirs || segment.identity.isFixed else { return nil }
            return SegmentEnrollment.Sample(segment.id, segment.start...max(segment.start, segment.end), isTheirs: isTheirs)
        }
        var verified: [SegmentEnrollment.Sample: EnrollmentSample] = [:]
        var isRejected = false
        while true {
            let windows: [SegmentEnrollment.Sample]
            switch SegmentEnrollment.choose(samples) {
            case .windows(let chosen): windows = chosen
            case .needsMoreSpeech: return .failure(Reason(outcome: isRejected ? .rejected : .needsMoreSpeech))
            case .contaminated: return .failure(Reason(outcome: .contaminated))
            }
            guard let next = windows.first(where: { verified[$0] == nil }) else { return .success(windows.compactMap { verified[$0] }) }
            guard let segment = conversation.segments.first(where: { $0.id == next.segment }),
                let stretch = try await stretch(next.range, of: audio),
                try await isBorneOut(Self.text(of: segment, in: next.range), by: stretch, conversation, engine)
            else {
                isRejected = true
                samples.removeAll { $0.segment == next.segment }
                continue
            }
            verified[next] = EnrollmentSample(segment: next.segment, samples: stretch)
        }
    }

    /// Returns the audio of a range as samples at 16 kHz; nil when a part of the range is not kept.
    private func stretch(_ range: ClosedRange<Duration>, of audio: [StoredAudio]) async throws -> [Float]? {
        guard let file = audio.first(where: { $0.start <= range.lowerBound && range.upperBound <= $0.start + $0.duration }) else { return nil }
        let wanted = SampleRange(
            .zero + SampleCount(range.lowerBound - file.start, at: .speech), .zero + SampleCount(range.upperBound - file.start, at: .speech))
        guard let name = BlobName(file.file), let kept = try await self.audio.file(of: name) else { return nil }
        defer { withExtendedLifetime(kept) {} }
        let recording = Recording(path: kept.path)
        let samples = try await RecordingExcerpts(queue: queue, media: media).read([wanted], of: recording).first ?? []
        // An encoder's last packet may end a little early.
        return samples.count + 1_600 >= Int(wanted.count.samples) ? samples : nil
    }

    private func isBorneOut(
        _ expected: String, by samples: [Float], _ conversation: Conversation, _ engine: any PrerecordedEngine
    ) async throws -> Bool {
        let range = SampleRange(.zero, count: SampleCount(samples.count))
        let recording = try await RangeRecording.write(range, at: .speech, to: newPath()) { (piece) async throws(AudioLost) in
            samples[Int(piece.start.samples)..<Int(piece.end.samples)].flatMap { sample in
                let value = PCM.linear16(sample)
                return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
        }
        let options = RecognitionOptions(language: conversation.language, diarize: true, workload: .background)
        return SegmentEnrollment.isBorneOut(expected, by: try await recording.recognize(by: engine, options).words)
    }

    /// Returns the text of a segment in a range. Returns the whole text if the times of the segment's words are not known.
    private static func text(of segment: Segment, in range: ClosedRange<Duration>) -> String {
        let text = segment.text(ofWordsWhere: { range.contains($0.start) && range.contains($0.end) })
        return text.isEmpty ? segment.text : text
    }
}
