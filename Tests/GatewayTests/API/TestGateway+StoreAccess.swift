import Conversations
import Foundation
import Speech
import Store

extension TestGateway {
    /// What the gateway keeps, from outside.
    func store() throws -> SQLConversationStore {
        let data = try DataDirectory(creating: directory)
        return SQLConversationStore(
            in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { UnixTime(milliseconds: 2_000_000_000_000) })
    }

    /// Two conversations, two people, a voice, audio, a speech profile with another recording, and an enrolled key.
    func keepMemories(of user: ID<User>) async throws {
        let store = try store()
        let day: Int64 = 86_400_000
        for (id, name) in [("person-1", "Anna"), ("person-2", "Bert")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: UnixTime(milliseconds: day)), reusing: false, of: user)
        }
        _ = try await store.add(
            NewVoice(
                id: ID("voice-1"), voiceprint: try voiceprint([1, 0, 0]), evidence: .seconds(12), created: UnixTime(milliseconds: day)), of: user)
        for (id, start, first) in [("conversation-1", 10 * day, 1), ("conversation-2", 11 * day, 4)] {
            let segments = (0..<3).map { index in
                let start = Duration.seconds(10 * index)
                let words = ["The", "moonlit", "harbour", "\(index + first)."].enumerated().map { place, text in
                    SegmentWord(text, start: start + .seconds(place), end: start + .seconds(place) + .milliseconds(500), confidence: 1)
                }
                return Segment(
                    id: ID("segment-\(index + first)"), text: words.map(\.text).joined(separator: " "), start: start,
                    end: start + .milliseconds(3_500),
                    words: words, speaker: SpeakerNumber(index % 2),
                    identity: index % 2 == 0 ? SpeakerIdentity(.voice(ID("voice-1")), by: .voiceprint, confidence: 0.9) : .unknown)
            }
            let conversation = Conversation(
                id: ID(id), user: user, status: .completed, source: "test", language: LanguageTag("en"), title: "The harbour",
                summary: "Of a harbour.",
                started: UnixTime(milliseconds: start), finished: UnixTime(milliseconds: start + 24_000), segments: segments)
            _ = try await store.begin(conversation)
        }
        let folder = directory + "/audio"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (part, text) in ["OggS-first", "OggS-second"].enumerated() {
            let file = "\(UUID().uuidString).opus"
            try Data(text.utf8).write(to: URL(filePath: folder + "/" + file))
            _ = try await store.add(
                StoredAudio(
                    file: file, start: .seconds(15 * part), duration: .seconds(15), byteCount: text.utf8.count,
                    // What is old is taken away while slow tests run.
                    created: TestGateway.time),
                to: ID("conversation-1"), of: user)
        }
        try Data("OggS-profile".utf8).write(to: URL(filePath: folder + "/profile.opus"))
        let profile = SpeechSample(
            id: ID("sample-1"), owner: .user, file: "profile.opus", duration: .seconds(9), created: UnixTime(milliseconds: day))
        _ = try await store.add(profile, of: user)
        try await store.set("speech_profile", to: profile.id.rawValue, of: user)
        try Data("OggS-addition".utf8).write(to: URL(filePath: folder + "/addition.opus"))
        let addition = SpeechSample(
            id: ID("addition"), owner: .user, file: "addition.opus", duration: .seconds(6), created: UnixTime(milliseconds: 2 * day))
        _ = try await store.add(addition, of: user)
        try await store.set(
            ProviderKey(provider: EngineName("soniox"), fingerprint: "aa", created: UnixTime(milliseconds: day)), of: user)
    }

    private func voiceprint(_ values: [Float]) throws -> Voiceprint {
        guard let made = Voiceprint(values, model: "test") else { throw CocoaError(.featureUnsupported) }
        return made
    }
}
