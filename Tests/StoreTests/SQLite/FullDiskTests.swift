import Conversations
import Foundation
import HarkenTesting
import Speech
import Testing

@testable import Store

@Suite(.hangLimit) struct `A full disk` {
    /// Something that makes room, or hides what was said.
    enum Deletion: CaseIterable, Sendable {
        case conversation, keptConversation, person, voice, sample, user, oldAudio, unheardVoices, text, redaction, job, upload

        fileprivate func run(on database: FullDatabase, _ store: SQLConversationStore) async throws -> Bool {
            let c = ID<Conversation>("c")
            switch self {
            case .conversation: return try await store.delete(c, of: .ann)
            // What is kept makes no room.
            case .keptConversation: return try await store.delete(c, of: .ann, keptUntil: .at(9)) == .forGood
            case .person: return try await store.delete(ID<Person>("p"), of: .ann)
            case .voice: return try await store.delete(ID<Voice>("v"), of: .ann)
            case .sample: return try await store.delete(ID<SpeechSample>("x"), of: .ann)
            case .user: return try await store.beginDeletion(of: .ann)
            case .oldAudio: return try await store.removeAudio(before: .at(1_000_000), of: .ann).files == 1
            case .unheardVoices: return try await store.removeVoices(unheardSince: .at(1_000_000)) == 1
            case .text: return try await store.setText("nothing", of: ID("s"), in: c, of: .ann) != nil
            case .redaction: return try await store.redact(.zero..<(.seconds(100)), in: c, of: .ann) != nil
            case .job:
                try await SQLJobQueue(in: database).remove(ID("none"))
                return true
            case .upload:
                return try await !SQLUploadStore(in: database).remove(ID("none"), of: .ann)
            }
        }
    }

    private let folder = TemporaryFolder()

    @Test(arguments: Deletion.allCases) func `gives up the room that is kept, so that something can be deleted`(deletion: Deletion) async throws {
        let directory = try DataDirectory(creating: folder.path)
        let database = FullDatabase(try SQLiteDatabase(in: directory))
        let store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { .at(0) })
        _ = try await store.add(Person(id: ID("p"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        _ = try await store.add(NewVoice(id: ID("v"), owner: .nobody, voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        let sample = SpeechSample(id: ID("x"), owner: .user, file: nil, duration: .seconds(9), voiceprint: try .of(1), created: .at(0))
        #expect(try await store.add(sample, of: .ann))
        var conversation = Conversation.of(.ann, "c", .said("s", "hello"))
        conversation.status = .completed
        _ = try await store.begin(conversation)
        let audio = StoredAudio(file: "a", start: .zero, duration: .seconds(1), byteCount: 3, created: .at(0))
        #expect(try await store.add(audio, to: conversation.id, of: .ann))
        database.fill()
        await #expect(throws: StoreError.diskFull(path: "/data/harken.db")) { try await store.set("language", to: "de", of: .ann) }
        #expect(try await deletion.run(on: database, store))
    }

    @Test(arguments: [
        (DiskSpace(free: 590 << 20, total: 590 << 20), true), (DiskSpace(free: 130 << 20, total: 256 << 20), true),
        (DiskSpace(free: 127 << 20, total: 256 << 20), false), (DiskSpace(free: 590 << 20, total: 5_000 << 20), true),
        (DiskSpace(free: 249 << 20, total: 5_000 << 20), false), (DiskSpace(free: 1 << 30, total: 4_000 << 30), true),
        (DiskSpace(free: 1_000 << 20, total: 4_000 << 30), false),
    ])
    func `has room for deletions where the disk has plenty for its size`(space: DiskSpace, isKept: Bool) throws {
        let directory = try DataDirectory(creating: folder.path), path = directory.path + "/harken.reserve"
        let reserve = DiskReserve(in: directory) { _ in space }
        reserve.keep()
        #expect(FileManager.default.fileExists(atPath: path) == isKept)
        #expect(reserve.giveUp() == isKept)
    }

    @Test func `has that room again once the disk has, and only once`() throws {
        let directory = try DataDirectory(creating: folder.path), path = directory.path + "/harken.reserve"
        DiskReserve(in: directory) { _ in DiskSpace(free: 0, total: 1 << 30) }.keep()
        #expect(!FileManager.default.fileExists(atPath: path))
        let reserve = DiskReserve(in: directory) { _ in DiskSpace(free: 1 << 29, total: 1 << 30) }
        for _ in 0..<2 { reserve.keep() }
        var information = stat()
        #expect(stat(path, &information) == 0 && information.st_blocks * 512 >= DiskReserve.size)
        #expect(reserve.giveUp())
        #expect(!reserve.giveUp())
    }
}
