import API
import Framing
import HarkenTesting
import Journal
import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `An archive of a user` {
    private let folder = TemporaryFolder()

    @Test func `has its first file sent before audio is settled`() async throws {
        let installation = try SQLiteInstallation(in: DataDirectory(creating: folder.path)), blobs = installation.blobs, settled = SharedLog()
        let export = UserExport(
            store: installation.conversations(zones: TimeZones(), now: { TestGateway.time }), audio: blobs.audio, ledger: installation.usage,
            transcripts: TranscriptFolder(in: blobs.transcripts, limits: TranscriptLimits(), log: Log(level: .error)), version: "1",
            now: { TestGateway.time }, settleAudio: { settled.append("settled") })
        let source = try #require(export.archive(of: .local, withAudio: true))
        let first = String(decoding: try await source.next() ?? [], as: UTF8.self)
        #expect(first.contains("harken-export/export.json"))
        #expect(settled.entries.isEmpty)
        let second = String(decoding: try await source.next() ?? [], as: UTF8.self)
        #expect(second.contains("harken-export/people.json"))
        #expect(settled.entries.count == 1)
        while try await source.next() != nil {}
        #expect(settled.entries.count == 1)
    }
}
