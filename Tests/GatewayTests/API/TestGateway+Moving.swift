import Audio
import Conversations
import Foundation
import Speech
import Store

extension TestGateway {
    /// Returns a file of Opus, as Harken writes it.
    static func opus(seconds: Int, pitch: Int) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appending(path: "harken-opus-\(UUID().uuidString).opus").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var file = try OggOpusFile(path: path, rate: .speech)
        for _ in 0..<seconds { try file.append((0..<16_000).map { Int16(truncatingIfNeeded: $0 * pitch % 4_001) }) }
        try file.finish()
        return try [UInt8](Data(contentsOf: URL(filePath: path)))
    }

    /// Files of the blobs of audio, and drafts beside them.
    func audioFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory + "/audio").sorted() }

    private func write(_ bytes: [UInt8]) throws -> String {
        let name = "\(UUID().uuidString).opus", folder = directory + "/audio"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
        return name
    }

    /// Everything that moves to another gateway: three conversations of which two begin at one time, one with audio in two parts, an edited segment,
    /// a title by hand, findings and exact times; two people; six voices of which one is merged, one is adopted and one has lost its owner; a speech
    /// profile and a sample learned from a segment; settings and a key.
    func keepEverything(of user: ID<User>) async throws {
        let store = try store()
        /// The time of a day in January 2025: an import refuses conversations of the far past.
        func time(_ days: Int64) -> UnixTime { UnixTime(milliseconds: 1_735_689_600_000 + days * 86_400_000) }
        for (id, name) in [("person-1", "Anna"), ("person-2", "Bert")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: time(1)), reusing: false, of: user)
        }
        for (number, axis) in [(1, 0), (2, 0), (3, 1), (4, 2), (5, 2)] {
            _ = try await store.add(
                NewVoice(id: ID("voice-\(number)"), voiceprint: try axisVoiceprint(axis), evidence: .milliseconds(30_125 + number), created: time(2)),
                of: user)
        }
        _ = try await store.merge(ID<Voice>("voice-2"), into: ID<Voice>("voice-1"), of: user)
        _ = try await store.setOwner(.person(ID("person-2")), of: ID("voice-3"), of: user)
        _ = try await store.setOwner(.nobody, of: ID("voice-3"), of: user)
        _ = try await store.setOwner(.user, of: ID("voice-5"), of: user)
        _ = try await store.adopt(ID("voice-4"), by: .user, distance: 0.1, of: user)
        for (number, day) in [(1, 10), (2, 11), (3, 11)] as [(Int, Int64)] {
            _ = try await store.begin(talk(number, at: time(day).milliseconds, of: user))
        }
        _ = try await store.setText("The edited harbour.", of: ID("segment-2"), in: ID("conversation-1"), of: user)
        var update = ConversationUpdate(
            ID("conversation-1"), title: "By hand",
            findings: ConversationFindings(
                category: .work, emoji: "⚓️", actionItems: [.init("Buy a rope")],
                events: [.init(title: "Sail", description: "We sail at noon.", start: time(12), duration: .milliseconds(1_800_500))]))
        update.isTitledByHand = true
        _ = try await store.write(update, of: user)
        for part in 0..<2 {
            let bytes = try Self.opus(seconds: 1, pitch: 3 + part)
            _ = try await store.add(
                StoredAudio(
                    file: try write(bytes), start: .seconds(15 * part), duration: .seconds(1), byteCount: bytes.count,
                    // The gateway deletes old audio while a slow test runs.
                    created: Self.time), to: ID("conversation-1"), of: user)
        }
        let profile = SpeechSample(
            id: ID("sample-1"), owner: .user, file: try write(Self.opus(seconds: 2, pitch: 7)), duration: .milliseconds(1_500), created: time(1))
        _ = try await store.add(profile, of: user)
        _ = try await store.assign(
            [ID("segment-5")], in: ID("conversation-2"), to: .person(ID("person-1")), namingVoices: false, of: user)
        let learned = SpeechSample(
            id: ID("sample-2"), owner: .person(ID("person-1")), duration: .seconds(3), voiceprint: try axisVoiceprint(5), created: time(3))
        _ = try await store.learn(VoiceEnrollment(learned, of: [ID("segment-5")], in: ID("conversation-2"), .makes(ID("voice-6"))), of: user)
        for (name, value) in [("speech_profile", "sample-1"), ("vocabulary", "harbour\nmoonlit")] { try await store.set(name, to: value, of: user) }
        let key = ProviderKey(provider: EngineName("soniox"), fingerprint: String(repeating: "0a", count: 32), created: time(1))
        try await store.set(key, of: user)
    }

    private func axisVoiceprint(_ axis: Int) throws -> Voiceprint {
        guard let made = Voiceprint((0..<8).map { $0 == axis ? 1 : 0.001 * Float($0) }, model: "test") else { throw CocoaError(.featureUnsupported) }
        return made
    }

    private func talk(_ number: Int, at start: Int64, of user: ID<User>) -> Conversation {
        let segments = (0..<3).map { index in
            let start = Duration.nanoseconds(10_000_000_000 * Int64(index) + 62_500_001), name = 3 * (number - 1) + index + 1
            let words = ["The", "moonlit", "harbour", "\(name)."].enumerated().map { place, text in
                SegmentWord(text, start: start + .milliseconds(200 * place), end: start + .milliseconds(200 * place + 150), confidence: 1)
            }
            return Segment(
                id: ID("segment-\(name)"), text: words.map(\.text).joined(separator: " "), start: start, end: start + .nanoseconds(3_500_000_003),
                words: words, speaker: SpeakerNumber(index),
                identity: index < 2 ? SpeakerIdentity(.voice(ID(index == 0 ? "voice-2" : "voice-3")), by: .voiceprint, confidence: 0.875) : .unknown)
        }
        return Conversation(
            id: ID("conversation-\(number)"), user: user, status: .completed, source: "test", device: "pendant", language: LanguageTag("en"),
            title: "The harbour", summary: "Ships.", started: UnixTime(milliseconds: start), finished: UnixTime(milliseconds: start + 24_000),
            segments: segments, finalizationReason: "user_stop", call: "call-\(number)", timeout: .milliseconds(90_500))
    }
}
