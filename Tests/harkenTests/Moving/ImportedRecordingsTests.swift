import Audio
import Conversations
import Foundation
import HarkenTesting
import Sessions
import Speech
import Store
import Testing

@testable import harken

/// `harken import` with recordings, against a gateway in this process.
@Suite(.hangLimit) struct `Recordings that a command imports` {
    private struct Run {
        var status: harken.ExitStatus
        var output: String
        var diagnostics: String
    }

    private static let transcript = Transcript(
        rate: .speech, length: SampleCount(32_000), language: .english, model: "scripted-1",
        channels: [.init(words: [.at(0.5, "Hello.")], segments: [.init(range: SampleRange(.zero, SampleIndex(32_000)), words: 0..<1)])])

    private func gateway(_ notices: [RecordingNotice] = []) async throws -> TestGateway {
        var transcript = Self.transcript
        transcript.notices = notices
        return try await TestGateway(ScriptedEngine(name: .local, transcript: .success(transcript)))
    }

    private func run(_ words: [String], in folder: TemporaryFolder) async throws -> Run {
        let environment = ["HOME": folder.path]
        let command = try Import(Arguments(words, for: Import.description, environment: environment))
        let written = try WrittenContext(in: folder, environment: environment)
        let status = await command.run(written.context)
        return Run(status: status, output: try written.output(), diagnostics: try written.diagnostics())
    }

    private func conversations(_ gateway: TestGateway) async throws -> [Conversation] {
        let store = try Installation(in: DataDirectory(creating: gateway.folder.path)).conversations(now: { .now })
        return try await store.list(ConversationQuery(limit: 20), of: .local).conversations
    }

    /// Makes a folder with recordings, a text, and what is no recording although its name says so.
    private func memos(in folder: TemporaryFolder) throws -> String {
        let memos = folder.path(of: "memos")
        try FileManager.default.createDirectory(atPath: memos + "/deeper", withIntermediateDirectories: true)
        for (number, name) in ["b.wav", "a.wav", "deeper/c.wav"].enumerated() {
            try WaveFile.silence(seconds: 2 + number).write(to: URL(filePath: "\(memos)/\(name)"))
        }
        try Data("no sound".utf8).write(to: URL(filePath: memos + "/notes.txt"))
        try Data().write(to: URL(filePath: memos + "/empty.wav"))
        return memos
    }

    @Test func `of a folder come in order, and those that fail are named`() async throws {
        let gateway = try await gateway(), folder = TemporaryFolder(), memos = try memos(in: folder)
        let date = Date(timeIntervalSince1970: 1_700_000_002)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: memos + "/a.wav")
        let first = try await run([memos, "--url", gateway.url], in: folder)
        #expect(first.status == .failed)
        let lines = first.output.split(separator: "\n").map(String.init)
        #expect(lines.compactMap { $0.split(separator: ":").first.map(String.init) } == ["a.wav", "b.wav", "deeper/c.wav"].map { memos + "/" + $0 })
        #expect(lines.allSatisfy { $0.contains(": conversation ") }, "\(first.output)")
        #expect(first.diagnostics.contains("\(memos)/empty.wav: ") && first.diagnostics.contains("The file is empty"), "\(first.diagnostics)")
        #expect(first.diagnostics.contains("1 of 4 recordings are not imported: \(memos)/empty.wav"), "\(first.diagnostics)")
        #expect(first.diagnostics.contains("1 file is not a recording: \(memos)/notes.txt\n"), "\(first.diagnostics)")
        let made = try await conversations(gateway)
        #expect(Set(made.compactMap(\.title)) == ["a", "b", "c"])
        // The file's date is the recording's end; the engine hears two seconds.
        #expect(made.first { $0.title == "a" }?.started == UnixTime(milliseconds: 1_700_000_000_000))

        // The same command again imports nothing twice.
        try FileManager.default.removeItem(atPath: memos + "/empty.wav")
        let again = try await run([memos, "--url", gateway.url], in: folder)
        #expect(again.status == .done && again.output.components(separatedBy: " already\n").count == 4, "\(again)")
        #expect(try await conversations(gateway).count == 3)
    }

    @Test func `that are interrupted are counted, and the same command goes on`() async throws {
        let gateway = try await gateway(), folder = TemporaryFolder(), memos = try memos(in: folder)
        try FileManager.default.removeItem(atPath: memos + "/empty.wav")
        let work = Task {
            // The interruption comes before the first file is sent.
            withUnsafeCurrentTask { $0?.cancel() }
            return try await run([memos, "--url", gateway.url], in: folder)
        }
        let first = try await work.value
        #expect(first.status == .interrupted)
        #expect(first.diagnostics.contains("interrupted: 0 of 3 recordings are imported; the same command goes on"), "\(first.diagnostics)")
        #expect(!first.diagnostics.contains("failed"))
        let again = try await run([memos, "--url", gateway.url], in: folder)
        #expect(again.status == .done && again.diagnostics.contains("3 recordings are imported"), "\(again)")
        #expect(try await conversations(gateway).count == 3)
    }

    @Test func `begin and are titled as the command line says, and are objects with --json`() async throws {
        let gateway = try await gateway(), folder = TemporaryFolder()
        let path = try folder.write(WaveFile.silence(seconds: 2), as: "talk.wav")
        let run = try await run([path, "--url", gateway.url, "--at", "2025-03-04T05:06:07Z", "--title", "At sea", "--json"], in: folder)
        #expect(run.status == .done, "\(run.diagnostics)")
        let object = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let made = try await conversations(gateway)
        #expect(made.map(\.started.rfc3339) == ["2025-03-04T05:06:07.000Z"] && made.map(\.title) == ["At sea"])
        #expect(object["file"] as? String == path && object["status"] as? String == "completed")
        #expect(object["conversation_id"] as? String == made.first?.id.rawValue)
    }

    @Test func `of which not all was heard come with a note`() async throws {
        let gateway = try await gateway([.otherTracks(heard: 1, total: 2, names: ["Mic", "Desktop"])]), folder = TemporaryFolder()
        let warning = #"The file has 2 sound tracks ("Mic", "Desktop"); track 1 was heard."#
        let talk = try folder.write(WaveFile.silence(seconds: 2), as: "talk.wav"), other = try folder.write(WaveFile.silence(seconds: 3), as: "b.wav")
        let run = try await run([talk, "--url", gateway.url], in: folder)
        #expect(run.status == .done && run.diagnostics.contains("\(talk): \(warning)"), "\(run)")
        let json = try await self.run([other, "--url", gateway.url, "--json"], in: folder)
        let object = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((object["warnings"] as? [String])?.first?.hasPrefix(warning) == true, "\(json)")
    }

    @Test func `are refused before anything is sent`() async throws {
        let folder = TemporaryFolder(), memos = try memos(in: folder)
        for (words, reason) in [
            ([memos, "--at", "2025-03-04T05:06:07Z", "--url", "http://127.0.0.1:9"], "--at takes one recording"),
            ([memos, "--title", "At sea", "--url", "http://127.0.0.1:9"], "--title takes one recording"),
            ([memos + "/a.wav", "--data", folder.path(of: "data")], "give --url in place of --data"),
            ([memos + "/deeper/none.wav"], "no such file"),
            ([memos + "/a.wav", "--url", "http://127.0.0.1:9"], "no gateway answers"),
        ] {
            let run = try await run(words, in: folder)
            #expect(run.status == .failed && run.diagnostics.contains(reason) && run.output == "", "\(words): \(run.diagnostics)")
        }
    }

    @Test func `are told from other files of a folder by their suffixes, and the other files are named`() throws {
        let folder = TemporaryFolder(), memos = folder.path(of: "memos")
        try FileManager.default.createDirectory(atPath: memos + "/deeper", withIntermediateDirectories: true)
        let recordings = RecordingSuffix.formats.union(RecordingSuffix.otherNames.keys).sorted().map { "memo." + $0 } + ["deeper/LOUD.M2TS"]
        let others = ["cover.jpg", "deeper/list.m3u", "notes", "plan.pdf"]
        for name in recordings + others + [".hidden.wav", ".index"] { try Data().write(to: URL(filePath: "\(memos)/\(name)")) }
        let files = ImportSource.files(of: [memos + "/", "talk.unknown"])
        #expect(Set(files.chosen) == Set(recordings.map { memos + "/" + $0 } + ["talk.unknown"]) && files.chosen.last == "talk.unknown")
        #expect(files.others.sorted() == others.map { memos + "/" + $0 })
        #expect(files.note == "4 files are not recordings: " + files.others.prefix(3).joined(separator: ", ") + " …")
        #expect(ImportSource.files(of: ["talk.unknown"]).note == nil)
        let way = folder.path(of: "way"), links = memos + "/links"
        try FileManager.default.createDirectory(atPath: links, withIntermediateDirectories: false)
        for (name, target) in [("/a.wav", memos + "/memo.wav"), ("/nowhere.wav", memos + "/none.wav"), ("/round", memos)] {
            try FileManager.default.createSymbolicLink(atPath: links + name, withDestinationPath: target)
        }
        // "é" in Latin-1.
        let latin = [UInt8]("\(links)/b".utf8) + [0xE9] + [UInt8](".wav".utf8) + [0]
        close(open(latin.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o600))
        try FileManager.default.createSymbolicLink(atPath: way, withDestinationPath: links)
        let linked = ImportSource.files(of: [way])
        #expect(linked.chosen == [way + "/a.wav"])
        #expect(linked.others == [way + "/b\u{FFFD}.wav", way + "/nowhere.wav", way + "/round"])
    }

    @Test func `are told from archives by what is in them`() throws {
        let folder = TemporaryFolder()
        var archive = [UInt8](repeating: 0, count: 1_024)
        archive.replaceSubrange(257..<262, with: "ustar".utf8)
        #expect(try ImportSource(folder.write(archive, as: "talk.wav")).content == .archive)
        #expect(try ImportSource(folder.write(WaveFile.silence(seconds: 1), as: "memories.wav")).content == .recording)
        #expect(throws: (any Error).self) { try ImportSource(folder.write([0x1F, 0x8B], as: "memories.tar.gz")) }
    }
}
