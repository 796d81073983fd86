import Continuity
import Foundation
import HarkenTesting
import Net
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@testable import Journal

@Suite struct `A folder of transcripts` {
    private let temporary = TemporaryFolder()
    private let disk: FullDisk
    private let id = ID<Session>("6e1f0b9c-0000-4000-8000-000000000001")

    init() { disk = FullDisk(FolderBlobStore(temporary.path)) }

    private func folder(_ retries: RetrySchedule = RetrySchedule(first: [], then: .milliseconds(20))) -> TranscriptFolder {
        TranscriptFolder(in: disk, limits: TranscriptLimits(), log: Log(level: .error, write: { _ in }), retries: retries)
    }

    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: temporary.path) } }

    private func say(_ numbers: Range<Int>, in transcript: LiveTranscript, padding: Int = 0) {
        for number in numbers {
            let range = SampleRange(SampleIndex(number * 100), count: SampleCount(100))
            let word = Word("w\(number)" + String(repeating: "-", count: padding), range, confidence: 1)
            let commit = Commit(channel: .first, range: range, words: [word], reason: .pause, engine: .local)
            transcript.append(commit: CommitRecord.encode(commit, turn: 0), at: range.start)
        }
    }

    private func words(_ stored: StoredTranscript?) -> [String] {
        (stored?.transcript.pieces.joined().flatMap(\.commit.words) ?? []).map { String($0.text.prefix { $0 != "-" }) }
    }

    @Test func `stores a transcript later that the disk does not take, and shows it meanwhile`() async throws {
        let folder = folder()
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        say(0..<3, in: transcript)
        disk.fill()
        let stored = Mutex<StoredTranscript?>(nil)
        folder.finish(transcript, received: SampleCount(300)) { done in stored.withLock { $0 = done } }
        try await until { disk.refusals >= 3 }
        #expect(words(try await folder.find(id)) == ["w0", "w1", "w2"])
        #expect(stored.withLock { $0 } == nil)
        disk.empty()
        try await until { stored.withLock { $0 != nil } }
        #expect(words(try await folder.stored(id)) == ["w0", "w1", "w2"])
        #expect(try await folder.find(id)?.status == .complete)
    }

    @Test(arguments: ScriptSample.all)
    func `has the text as people write it`(_ sample: ScriptSample) async throws {
        let folder = folder()
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        let words = sample.spoken(), end = words.last?.range.end ?? .zero
        for word in words {
            let commit = Commit(channel: .first, range: word.range, words: [word], reason: .pause, engine: .local)
            transcript.append(commit: CommitRecord.encode(commit, turn: 0), at: word.range.start)
        }
        folder.finish(transcript, received: end - .zero) { _ in }
        await folder.settle()
        let stored = try #require(try await folder.stored(id))
        #expect(String(decoding: stored.json(), as: UTF8.self).contains(#""text":"\#(sample.text)","engine""#))
    }

    /// The session's end, after the interim with the secret.
    enum End: CaseIterable, Sendable { case hidden, gap, unfinished }

    @Test(arguments: End.allCases, [false, true])
    func `has nothing that a final hides of what was shown, in no file`(end: End, isLong: Bool) async throws {
        let folder = folder()
        let transcript = folder.begin(SessionRecord(id: id, redaction: [.emailAddress]), rate: .speech, channels: 1)
        func word(_ text: String, _ second: Int) -> Word {
            Word(text, SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000)), confidence: 1)
        }
        func commit(_ words: [Word], _ seconds: Range<Int>) -> Commit {
            let range = SampleRange(SampleIndex(seconds.lowerBound * 16_000), SampleIndex(seconds.upperBound * 16_000))
            return Commit(channel: .first, range: range, words: words, reason: .pause, engine: .local)
        }
        let received = SampleIndex(160_000)
        let spoken = [word("address", 4), word("quokka", 5), word("lemur", 6)]
        transcript.show(Hypothesis(range: SampleRange(.zero, received), words: spoken), by: .local, received: received)
        // Older parts leave memory while the words are undecided.
        if isLong { say(0..<200, in: transcript, padding: 1_000) }
        await folder.settle()
        #expect(try await folder.find(id)?.transcript.shown.count == 1)
        switch end {
        case .hidden:
            transcript.hide(SampleRange(SampleIndex(5 * 16_000), SampleIndex(7 * 16_000)), in: .first)
            transcript.show(commit([word("address", 4), word("[EMAIL_1]", 5)], 4..<8), received: received)
        case .gap: transcript.note(.init(channel: .first, range: commit([], 4..<8).range, cause: .interrupted))
        case .unfinished: break
        }
        if end != .unfinished { #expect(try await folder.find(id)?.transcript.shown.flatMap(Self.texts).contains("quokka") == false) }
        func leaks() throws -> [String] {
            try names.filter { name in
                let bytes = try Data(contentsOf: URL(filePath: temporary.path(of: name)))
                return ["quokka", "lemur"].contains { bytes.has(Data($0.utf8)) }
            }
        }
        #expect(try leaks() == [])
        folder.finish(transcript, received: received - .zero) { _ in }
        await folder.settle()
        #expect(try names == [id.rawValue + ".json"])
        #expect(try leaks() == [])
        #expect(try await folder.stored(id)?.transcript.shown.isEmpty == false)
    }

    private static func texts(_ shown: ShownWords) -> [String] {
        guard case .interim(_, let words, _) = shown.change else { return [] }
        return words.map(\.text)
    }

    @Test func `tries once more at the end of the gateway`() async throws {
        let folder = folder(RetrySchedule(first: [], then: .seconds(3_600)))
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        say(0..<3, in: transcript)
        disk.fill()
        folder.finish(transcript, received: SampleCount(300)) { _ in }
        await folder.settle()
        #expect(try await folder.stored(id) == nil)
        disk.empty()
        await folder.settle()
        #expect(words(try await folder.stored(id)) == ["w0", "w1", "w2"])
    }

    @Test func `keeps the order of words that waited in memory for the disk`() async throws {
        let folder = folder()
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        let part = 66
        say(0..<part, in: transcript, padding: 1_000)
        await folder.settle()
        #expect(transcript.state.withLock { $0.leaving.isEmpty && $0.inFile > 0 })
        let path = try #require(transcript.state.withLock { $0.file?.path })
        let file = try Data(contentsOf: URL(filePath: path))
        // A name that stands for a folder cannot be written to, by root neither.
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        say(part..<3 * part, in: transcript, padding: 1_000)
        await folder.settle()
        #expect(transcript.state.withLock { $0.leaving.count } == 2)
        try FileManager.default.removeItem(atPath: path)
        // With the beginning of what could not be written whole.
        try (file + Data([1, 2, 3])).write(to: URL(filePath: path))
        say(3 * part..<4 * part, in: transcript, padding: 1_000)
        await folder.settle()
        #expect(transcript.state.withLock { $0.leaving.isEmpty })
        folder.finish(transcript, received: SampleCount(4 * part * 100)) { _ in }
        await folder.settle()
        #expect(words(try await folder.stored(id)) == (0..<4 * part).map { "w\($0)" })
        #expect(try names == [id.rawValue + ".json"])
    }

    @Test func `holds so much in memory and no more`() async throws {
        let folder = folder()
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        disk.fill()
        for round in 0..<30 {
            say(round * 66..<(round + 1) * 66, in: transcript, padding: 1_000)
            await folder.settle()
            #expect(transcript.state.withLock { $0.leaving.count } <= LiveTranscript.maxLeaving)
        }
        let outcome = Mutex<Bool?>(nil)
        folder.finish(transcript, received: SampleCount(1)) { stored in outcome.withLock { $0 = stored != nil } }
        await folder.settle()
        #expect(outcome.withLock { $0 } == false, "the journal has it, and the next start")
    }

    @Test func `does not take what cannot be read for what is not there`() async throws {
        let folder = folder()
        let path = temporary.path(of: id.rawValue + ".json")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        await #expect(throws: StoredTranscript.Unreadable.self) { try await folder.find(id) }
        await #expect(throws: StoredTranscript.Unreadable.self) { try await folder.stored(id) }
        try FileManager.default.removeItem(atPath: path)
        #expect(try await folder.find(id) == nil)
        try Data("{".utf8).write(to: URL(filePath: path))
        await #expect(throws: StoredTranscript.Unreadable.damaged) { try await folder.find(id) }
    }

    /// Why a stored transcript cannot be read.
    enum Fault: CaseIterable, Sendable { case damaged, newer, refused }

    /// Stores a transcript of three words, and makes it one that cannot be read.
    ///
    /// - Returns: its bytes before and after.
    private func spoil(_ folder: TranscriptFolder, _ fault: Fault) async throws -> (whole: Data, spoilt: Data) {
        let transcript = folder.begin(SessionRecord(id: id), rate: .speech, channels: 1)
        say(0..<3, in: transcript)
        folder.finish(transcript, received: SampleCount(300)) { _ in }
        await folder.settle()
        let file = URL(filePath: temporary.path(of: id.rawValue + ".json")), whole = try Data(contentsOf: file)
        let spoilt: Data
        switch fault {
        case .damaged: spoilt = whole.dropLast(10)
        case .newer:
            let text = String(decoding: whole, as: UTF8.self)
            spoilt = Data(text.replacingOccurrences(of: #""version":1"#, with: #""version":99"#).utf8)
            #expect(spoilt != whole)
        case .refused:
            disk.refuseReads(true)
            spoilt = whole
        }
        try spoilt.write(to: file)
        return (whole, spoilt)
    }

    @Test(arguments: Fault.allCases)
    func `keeps an unreadable transcript of which a part is deleted, and tries it again`(fault: Fault) async throws {
        let folder = folder(), path = temporary.path(of: id.rawValue + ".json")
        let (whole, spoilt) = try await spoil(folder, fault)
        let forgotten = [id: [ForgottenSpeech(session: id, begins: .zero, ends: .microseconds(6_250))]]
        for _ in 0..<2 {
            await folder.forget(forgotten)
            #expect(await folder.hasUnerased)
            let transcript = try #require(await folder.onlyUnreadable)
            #expect(transcript.path == path)
            #expect(transcript.description.contains("delete the file"))
            #expect(try Data(contentsOf: URL(filePath: path)) == spoilt)
        }
        disk.refuseReads(false)
        try whole.write(to: URL(filePath: path))
        await folder.forget(forgotten)
        #expect(await !folder.hasUnerased)
        #expect(await folder.onlyUnreadable == nil)
        #expect(words(try await folder.stored(id)) == ["w1", "w2"])
    }

    @Test(arguments: Fault.allCases) func `deletes an unreadable transcript of which everything is deleted`(fault: Fault) async throws {
        let folder = folder()
        _ = try await spoil(folder, fault)
        await folder.forget([id: [ForgottenSpeech(session: id, begins: .zero)]])
        #expect(await !folder.hasUnerased)
        #expect(try names == [])
    }

    @Test func `removes parts that version 0.1 left`() async throws {
        let folder = folder()
        for name in ["a.part", "b.new", "c.json"] { try Data("{}".utf8).write(to: URL(filePath: temporary.path(of: name))) }
        await folder.sweep(now: UnixTime(milliseconds: 0))
        #expect(try names == ["c.json"])
    }

    @Test func `says how many transcripts were too old, once, with their bytes and the days`() async throws {
        let lines = SharedLog(), day = 86_400.0
        let limits = TranscriptLimits(age: .seconds(7 * 86_400))
        let folder = TranscriptFolder(in: disk, limits: limits, log: Log(level: .info, write: { lines.append($0) }))
        for (name, size, age) in [("a", 300, 8.0), ("b", 40, 9), ("c", 5, 6)] {
            let path = temporary.path(of: name + ".json")
            try Data(count: size).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: (100 - age) * day)], ofItemAtPath: path)
        }
        for _ in 0..<2 { await folder.sweep(now: UnixTime(milliseconds: 100 * 86_400_000)) }
        #expect(try names == ["c.json"])
        #expect(
            lines.entries.count == 1
                && lines.entries.allSatisfy { $0.hasSuffix(" info transcripts removed by their limits count=2 bytes=340 days=7\n") })
    }
}
