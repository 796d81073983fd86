internal import Audio
package import Conversations
internal import Glibc
internal import Observability
internal import Protocols
internal import Speakers
package import Speech
package import Store

/// The speech profiles of users: learns a user's own voice from recordings, stores it, and gives it to engines.
package struct SpeechProfiles: Sendable {
    package let service: ConversationService

    package init(service: ConversationService) { self.service = service }

    /// Name of the setting with the id of the profile's sample. The user's other samples improve the profile.
    package static let setting = "speech_profile"
    package static let audioPath = "/v3/speech-profile/audio"
    /// Time that is added to the duration of the speech in answers, because clients expect it.
    private static let margin: Duration = .seconds(5)
    /// Maximum length of the profile's audio for an engine: enough to recognise the user's voice.
    private static let introduction: Duration = .seconds(10)

    /// Returns the profile, and the user's other samples.
    package func samples(of user: ID<User>) async throws(StoreError) -> (profile: SpeechSample?, others: [SpeechSample]) {
        let chosen = try await service.store.settings(of: user)[Self.setting]
        let all = try await service.store.samples(of: .user, of: user)
        return (all.first { $0.id.rawValue == chosen }, all.filter { $0.id.rawValue != chosen })
    }

    /// Returns the recordings that can be listed and deleted one by one, the oldest first: the user's in addition to the profile, or those of a person
    /// whose audio is kept.
    package func additions(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample] {
        switch owner {
        case .user: try await samples(of: user).others
        case .person: try await service.store.samples(of: owner, of: user).filter { $0.file != nil }
        case .nobody: []
        }
    }

    /// Returns the user's audio that an engine hears before a conversation, one channel at `.speech`; nil when there is no profile or it cannot be
    /// read.
    package func introduction(of user: ID<User>) async -> [Float]? {
        let file: BlobFile?, media: any MediaSource
        do throws(StoreError) {
            guard let name = try await samples(of: user).profile?.file.flatMap(BlobName.init) else { return nil }
            // A file that this gateway has encoded is decoded in this process: a beginning session does not wait for others' recordings.
            media = ImportedAudio.isName(name) ? service.media : InProcessMedia()
            file = try await service.audio.file(of: name)
        } catch {
            service.log.error("a speech profile cannot be read", [.error: "\(error)"])
            return nil
        }
        guard let file else { return nil }
        defer { withExtendedLifetime(file) {} }
        return try? await EnrollmentListener.read(file.path, longest: Self.introduction, by: media)
    }

    package func duration(of profile: SpeechSample) -> Duration { profile.duration + Self.margin }

    /// True if voiceprints can be made.
    package var isAvailable: Bool {
        guard service.voices != nil, let detecting = service.detecting else { return false }
        do throws(EngineError) { _ = try detecting.makeDetector() } catch { return false }
        // A model that is being loaded is waited for.
        return true
    }

    /// Makes a recording the user's profile. The previous profile stays until the new one is completely stored.
    ///
    /// - Returns: what was noticed about the recording.
    package func enrol(_ path: String, of user: ID<User>) async throws(SpeechProfileError) -> [RecordingNotice] {
        let (voice, notices) = try await listen(path)
        var unnamed: BlobName?
        do throws(StoreError) {
            let before = try await samples(of: user).profile
            let file = try await keep(voice.samples)
            unnamed = file
            let sample = SpeechSample(
                id: ID(service.newID()), owner: .user, file: file.text, duration: voice.duration, voiceprint: voice.voiceprint, created: service.now()
            )
            if let known = try await taught(of: user).first {
                _ = try await service.store.setVoiceprint(voice.voiceprint, evidence: voice.duration, of: known.id, of: user)
            } else {
                let new = NewVoice(
                    id: ID(service.newID()), owner: .user, voiceprint: voice.voiceprint, evidence: voice.duration, created: service.now())
                _ = try await service.store.add(new, of: user)
            }
            _ = try await service.store.add(sample, of: user)
            unnamed = nil
            try await service.store.set(Self.setting, to: sample.id.rawValue, of: user)
            if let before { _ = try await service.store.delete(before.id, of: user) }
            service.reconcileVoices(of: user)
            return notices
        } catch {
            if let unnamed { try? await service.audio.delete(unnamed) }
            throw .store(error)
        }
    }

    /// Stores a recording in addition to the profile. The user's voice is learned from both.
    ///
    /// - Returns: the recording as it is kept, and what was noticed about it.
    package func expand(
        _ path: String, of user: ID<User>
    ) async throws(SpeechProfileError) -> (sample: SpeechSample, notices: [RecordingNotice]) {
        let (voice, notices) = try await listen(path)
        var unnamed: BlobName?
        do throws(StoreError) {
            let file = try await keep(voice.samples)
            unnamed = file
            let sample = SpeechSample(
                id: ID(service.newID()), owner: .user, file: file.text, duration: voice.duration, voiceprint: voice.voiceprint, created: service.now()
            )
            _ = try await service.store.add(sample, of: user)
            unnamed = nil
            if let known = try await taught(of: user).first {
                var evidence = VoiceEvidence(known.voiceprint, known.evidence)
                if evidence.add(VoiceEvidence(voice.voiceprint, voice.duration)) { try await set(evidence, known, user) }
            } else {
                let new = NewVoice(
                    id: ID(service.newID()), owner: .user, voiceprint: voice.voiceprint, evidence: voice.duration, created: service.now())
                _ = try await service.store.add(new, of: user)
            }
            service.reconcileVoices(of: user)
            return (sample, notices)
        } catch {
            if let unnamed { try? await service.audio.delete(unnamed) }
            if case .tooMuch = error { throw .rejected("No more recordings can be kept: \(error).") }
            throw .store(error)
        }
    }

    /// Deletes recordings. The user's voice is learned from the remaining ones. When none remains, the voices that were made from recordings alone are
    /// deleted; voices that were also learned in live sessions stay. A person's voices stay as they are. A call that was interrupted is completed by
    /// another call.
    package func remove(_ samples: [SpeechSample], of user: ID<User>) async throws(StoreError) {
        if samples.contains(where: { $0.owner == .user }) { try await unlearn(samples, of: user) }
        for sample in samples { _ = try await service.store.delete(sample.id, of: user) }
        if let chosen = try await service.store.settings(of: user)[Self.setting], samples.contains(where: { $0.id.rawValue == chosen }) {
            try await service.store.set(Self.setting, to: nil, of: user)
        }
    }

    /// Takes what recordings have taught from the user's voices.
    private func unlearn(_ samples: [SpeechSample], of user: ID<User>) async throws(StoreError) {
        let all = try await service.store.samples(of: .user, of: user), gone = Set(samples.map(\.id))
        let before = Self.voice(of: all), taught = try await taught(of: user), own = taught.filter(before.made)
        if let evidence = Self.voice(of: all.filter { !gone.contains($0.id) }).evidence {
            // A voice that was also learned in live sessions is made from the recordings again.
            let nearest = taught.min { evidence.voiceprint.distance(to: $0.voiceprint) < evidence.voiceprint.distance(to: $1.voiceprint) }
            for known in own.isEmpty ? nearest.map({ [$0] }) ?? [] : own { try await set(evidence, known, user) }
        } else {
            for known in own { _ = try await service.store.delete(known.id, of: user) }
        }
        service.reconcileVoices(of: user)
    }

    private static func voice(of samples: [SpeechSample]) -> VoiceOfRecordings {
        VoiceOfRecordings(samples.compactMap { sample in sample.voiceprint.map { VoiceEvidence($0, sample.duration) } })
    }

    /// Deletes the user's voices and speech samples from the store. A call that was interrupted is completed by another call.
    package func forget(_ user: ID<User>) async throws(StoreError) {
        for known in try await voices(of: user) { _ = try await service.store.delete(known.id, of: user) }
        for sample in try await service.store.samples(of: .user, of: user) { _ = try await service.store.delete(sample.id, of: user) }
        try await service.store.set(Self.setting, to: nil, of: user)
    }

    private func voices(of user: ID<User>) async throws(StoreError) -> [Voice] {
        try await service.store.voices(of: user).filter { $0.owner == .user }
    }

    /// Returns the voices that are the user's by the user's word, without adopted ones: the recordings teach these.
    private func taught(of user: ID<User>) async throws(StoreError) -> [Voice] { try await voices(of: user).filter { $0.adoption == nil } }

    private func set(_ evidence: VoiceEvidence, _ voice: Voice, _ user: ID<User>) async throws(StoreError) {
        _ = try await service.store.setVoiceprint(evidence.voiceprint, evidence: evidence.duration, of: voice.id, of: user)
    }

    private func listen(_ path: String) async throws(SpeechProfileError) -> (voice: EnrolledVoice, notices: [RecordingNotice]) {
        guard let head = Self.head(of: path), case .found(let wav) = WAVHeader.read(head) else { throw .rejected("The file is not a WAV file.") }
        let listener = EnrollmentListener(service: service)
        let (samples, notices) = try await listener.samples(in: path)
        do throws(EnrollmentError) {
            try Enrollment.check(rate: SampleRate(hertz: wav.hertz), channels: wav.channels, length: SampleCount(samples.count).duration(at: .speech))
        } catch {
            throw .rejected("\(error)")
        }
        return (try await listener.voice(in: samples), notices)
    }

    private static func head(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: 60_000) { buffer, count in count = max(0, pread(descriptor, buffer.baseAddress, 60_000, 0)) }
    }

    /// Stores samples as Opus in Ogg.
    private func keep(_ samples: [Float]) async throws(StoreError) -> BlobName {
        guard let name = BlobName(service.newID() + ".opus") else { throw .conflict("an id is not the name of a file") }
        let draft = try await service.audio.makeDraft()
        do throws(MediaError) {
            var opus = try OggOpusFile(path: draft.path, rate: .speech)
            try opus.append(samples.map { Int16(max(-32_768, min(32_767, $0 * 32_768))) })
            try opus.finish()
        } catch {
            throw .notUsable(path: service.audio.location, reason: "\(error)")
        }
        try await service.keep(draft, as: name)
        return name
    }
}

/// The reason why a recording cannot become a speech profile.
package enum SpeechProfileError: Error {
    case rejected(String)
    case unavailable(String)
    case store(StoreError)
}
