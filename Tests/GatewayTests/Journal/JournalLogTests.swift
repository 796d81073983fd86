import Continuity
import Foundation
import Gateway
import Speech
import Testing

@Suite struct `A journal log` {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "harken-journal-\(UUID().uuidString)").path

    private func log(_ limits: JournalLimits = JournalLimits()) throws -> JournalLog {
        try JournalLog(
            directory: directory, loop: 0, limits: limits, startedAt: 1_000, sync: JournalSync(interval: .milliseconds(1)),
            log: Log(level: .error, write: { _ in }))
    }

    private func pcm(_ range: SampleRange, seed: Int) -> [UInt8] {
        (range.start.samples..<range.end.samples).flatMap { sample in
            let value = UInt16(truncatingIfNeeded: sample &* 31 &+ Int64(seed))
            return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
    }

    private var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] }

    @Test func `gives back any range of a session among others`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 20_000))
        var cursors = (0..<3).map { log.open(ID("session-\($0)"), rate: .speech, channels: 1) }
        var ends = [SampleIndex](repeating: .zero, count: 3)
        for round in 0..<60 {
            for session in 0..<3 {
                let range = SampleRange(ends[session], count: SampleCount(100 + 13 * session + round))
                pcm(range, seed: session).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursors[session]) }
                ends[session] = range.end
            }
            if round % 7 == 0 { log.flush() }
        }
        for session in 0..<3 {
            for (from, to) in [(0, 1), (0, 5_000), (777, 2_345), (Int(ends[session].samples) - 3, Int(ends[session].samples))] {
                let range = SampleRange(SampleIndex(from), SampleIndex(to))
                var read: [UInt8] = []
                try log.read(range, cursor: cursors[session]) { read.append(contentsOf: $0) }
                #expect(read == pcm(range, seed: session), "session \(session), \(from)..<\(to)")
            }
        }
        #expect(files.count > 1)
        for session in 0..<3 { log.close(&cursors[session], at: ends[session]) }
        #expect(files.count == 1, "only the file being written stays when no session is open")
    }

    @Test func `is read to its last whole block after a crash`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log()
        var cursor = log.open(ID("session"), rate: .speech, channels: 1)
        let range = SampleRange(.zero, count: SampleCount(800))
        pcm(range, seed: 1).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        let word = Word("hello", SampleRange(SampleIndex(10), SampleIndex(20)), confidence: 1)
        log.append(Commit(channel: .first, range: range, words: [word], reason: .pause, engine: .local), turn: 3, cursor: &cursor)
        log.flush()
        let file = try #require(files.first)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + file)))
        let (entries, length) = bytes.withUnsafeBytes { JournalScan.blocks(of: $0) }
        #expect(length == bytes.count)
        #expect(entries.map(\.block.kind) == [.opened, .audio, .commit])
        let commit = try #require(entries.last)
        let payload = Array(bytes[(commit.offset + JournalBlock.headerLength)...])
        #expect(CommitRecord.decode(payload, start: commit.block.position)?.commit.words == [word])
    }

    @Test func `stays within its limit by giving up the oldest audio`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000, logBytes: 40_000))
        var cursor = log.open(ID("long"), rate: .speech, channels: 1)
        var end = SampleIndex.zero
        for _ in 0..<100 {
            let range = SampleRange(end, count: SampleCount(1_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            end = range.end
            log.flush()
        }
        #expect(files.count <= 6)
        #expect(throws: JournalError.expired) { try log.read(SampleRange(.zero, SampleIndex(10)), cursor: cursor) { _ in } }
        var read: [UInt8] = []
        let recent = SampleRange(end - SampleCount(2_000), end)
        try log.read(recent, cursor: cursor) { read.append(contentsOf: $0) }
        #expect(read == pcm(recent, seed: 0))
    }

    @Test func `keeps the files of an earlier run`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let log = try log()
            var cursor = log.open(ID("unfinished"), rate: .speech, channels: 1)
            let range = SampleRange(.zero, count: SampleCount(100))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            log.flush()
        }
        let before = files
        let log = try log()
        _ = log.open(ID("next"), rate: .speech, channels: 1)
        log.flush()
        #expect(Set(before).isSubset(of: Set(files)) && files.count == before.count + 1)
    }

    @Test func `says what is wrong with a directory that cannot be written`() {
        #expect {
            try JournalLog(
                directory: "/proc/nowhere", loop: 0, limits: JournalLimits(), startedAt: 0, sync: JournalSync(interval: .seconds(1)),
                log: Log(level: .error))
        } throws: { error in
            "\(error)".contains("/proc/nowhere") && "\(error)".contains("--data")
        }
    }
}
