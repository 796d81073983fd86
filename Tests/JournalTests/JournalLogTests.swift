import Continuity
import Foundation
import Glibc
@testable import Observability
import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import Journal

@Suite struct `A journal log` {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "harken-journal-\(UUID().uuidString)").path

    /// - Parameter interval: how soon the writer comes by itself.
    private func log(_ limits: JournalLimits = JournalLimits(), interval: Duration = .milliseconds(1)) throws -> JournalLog {
        try Self.log(in: directory, limits, interval: interval)
    }

    private static func log(in directory: String, _ limits: JournalLimits = JournalLimits(), interval: Duration) throws -> JournalLog {
        let log = Log(level: .error, write: { _ in })
        return try JournalLog(
            directory: directory, loop: 0, limits: limits, startedAt: 1_000,
            writer: JournalWriter(directory: directory, sync: .group(interval), log: log), log: log)
    }

    private static let hour = Duration.seconds(3_600)

    private func pcm(_ range: SampleRange, seed: Int) -> [UInt8] { Self.pcm(range, seed: seed) }

    private static func pcm(_ range: SampleRange, seed: Int) -> [UInt8] {
        (range.start.samples..<range.end.samples).map { UInt16(truncatingIfNeeded: $0 &* 31 &+ Int64(seed)).littleEndian }
            .withUnsafeBytes { Array($0) }
    }

    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".journal") }
    }

    private func bytes(of file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + file))) }

    /// All blocks of the log's files, in order.
    private func blocks() throws -> [JournalBlock] {
        let number = { (name: String) in Int(name.dropFirst(2).dropLast(8)) ?? 0 }
        return try files.sorted { number($0) < number($1) }.flatMap { file in
            try bytes(of: file).withUnsafeBytes { JournalScan.blocks(of: $0).entries.map(\.block) }
        }
    }

    @Test func `gives back any range of a session among others`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 20_000))
        var cursors = (0..<3).map { log.open("session-\($0)") }
        var ends = [SampleIndex](repeating: .zero, count: 3)
        for round in 0..<60 {
            for session in 0..<3 {
                let range = SampleRange(ends[session], count: SampleCount(100 + 13 * session + round))
                pcm(range, seed: session).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursors[session]) }
                ends[session] = range.end
            }
            if round % 7 == 0 { log.finish() }
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
        var cursor = log.open("session")
        let range = SampleRange(.zero, count: SampleCount(800))
        pcm(range, seed: 1).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        let word = Word("hello", SampleRange(SampleIndex(10), SampleIndex(20)), confidence: 1)
        let commit = Commit(channel: .first, range: range, words: [word], reason: .pause, engine: .local)
        log.append(commit: CommitRecord.encode(commit, turn: 3), at: range.start, cursor: &cursor)
        log.finish()
        let bytes = try bytes(of: #require(files.first))
        let (entries, length) = bytes.withUnsafeBytes { JournalScan.blocks(of: $0) }
        #expect(bytes[length...].allSatisfy { $0 == 0 }, "what fills the last page is no block")
        #expect(entries.map(\.block.kind) == [.opened, .audio, .commit])
        let last = try #require(entries.last)
        let payload = bytes[(last.offset + JournalBlock.headerLength)...].prefix(last.block.payloadLength)
        #expect(CommitRecord.decode(payload, start: last.block.position)?.commit == commit)
    }

    @Test func `stays within its limit by giving up the oldest audio`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000, logBytes: 40_000))
        var cursor = log.open("long")
        var end = SampleIndex.zero
        for _ in 0..<100 {
            let range = SampleRange(end, count: SampleCount(1_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            end = range.end
            log.finish()
        }
        #expect(files.count <= 6)
        #expect(throws: JournalError.expired) { try log.read(SampleRange(.zero, SampleIndex(10)), cursor: cursor) { _ in } }
        var read: [UInt8] = []
        let recent = SampleRange(end - SampleCount(2_000), end)
        try log.read(recent, cursor: cursor) { read.append(contentsOf: $0) }
        #expect(read == pcm(recent, seed: 0))
    }

    /// All blocks of what there is in the folder, segments and what is left of others.
    private func allBlocks() throws -> [JournalBlock] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".journal") || $0.hasSuffix(".words") }
        return try names.flatMap { file in try bytes(of: file).withUnsafeBytes { JournalScan.blocks(of: $0).entries.map(\.block) } }
    }

    /// Sessions are numbered from when the log was made.
    private func number(_ session: Int) -> UInt64 { 1_000 << 20 + UInt64(session) }

    private func commit(_ range: SampleRange) -> [UInt8] {
        CommitRecord.encode(Commit(channel: .first, range: range, words: [], reason: .pause, engine: .local), turn: 0)
    }

    @Test func `says in each file whose its blocks are`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000))
        var cursors = [log.open("one"), log.open("other")]
        for second in 0..<20 {
            let range = SampleRange(SampleIndex(1_000 * second), count: SampleCount(1_000))
            for session in 0..<2 { pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursors[session]) } }
        }
        log.finish()
        #expect(files.count > 5)
        for file in files {
            let blocks = try bytes(of: file).withUnsafeBytes { JournalScan.blocks(of: $0).entries.map(\.block) }
            for session in Set(blocks.map(\.session)) { #expect(blocks.first { $0.session == session }?.kind == .opened) }
        }
    }

    @Test func `keeps what was committed when the limit takes the audio, until the session ends`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000, logBytes: 40_000))
        var long = log.open("long"), short = log.open("short")
        let first = SampleRange(.zero, count: SampleCount(1_000))
        pcm(first, seed: 0).withUnsafeBytes { log.append(audio: $0, first, cursor: &short) }
        log.append(commit: commit(first), at: .zero, cursor: &short)
        var end = SampleIndex.zero
        for _ in 0..<100 {
            let range = SampleRange(end, count: SampleCount(1_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &long) }
            log.append(commit: commit(range), at: range.start, cursor: &long)
            end = range.end
        }
        log.finish()
        let positions = { (session: Int) in
            try allBlocks().filter { $0.kind == .commit && $0.session == number(session) }.map(\.position.samples).sorted()
        }
        #expect(try positions(1) == (0..<100).map { $0 * 1_000 })
        #expect(try positions(2) == [0])
        let audio = try allBlocks().filter { $0.kind == .audio && $0.payloadLength > 0 }
        #expect(audio.count <= 20 && audio.allSatisfy { $0.position.samples >= 80_000 })
        log.close(&short, at: first.end)
        log.close(&long, at: end)
        log.finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).allSatisfy { !$0.hasSuffix(".words") })
    }

    @Test func `keeps most of its limit for audio, however small that is, and stays within it`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let limits = JournalLimits(logBytes: 1_000_000)
        let log = try log(limits)
        var cursor = log.open("long")
        var end = SampleIndex.zero
        for _ in 0..<200 {
            let range = SampleRange(end, count: SampleCount(8_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            end = range.end
            log.finish()
            let total = try files.reduce(0) { try $0 + bytes(of: $1).count }
            #expect(total <= limits.logBytes + 20_000, "the last block of a segment may go beyond it")
            // A repair reads what was said some seconds ago.
            let recent = SampleRange(max(.zero, end - SampleCount(350_000)), end)
            #expect(throws: Never.self) { try log.read(recent, cursor: cursor) { _ in } }
        }
        #expect(JournalLimits(logBytes: 8 << 30).segmentBytes == 256 << 20)
    }

    @Test func `leaves the files of an earlier run until what is in them is stored elsewhere`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let limits = JournalLimits(segmentBytes: 10_000, logBytes: 40_000)
        let range = SampleRange(.zero, count: SampleCount(10_000))
        do {
            let log = try log(JournalLimits())
            var cursor = log.open("unfinished")
            for _ in 0..<4 { pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) } }
        }
        let before = files
        let log = try log(limits)
        var cursor = log.open("next")
        for _ in 0..<8 { pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) } }
        log.finish()
        #expect(Set(before).isSubset(of: Set(files)))
    }

    @Test(arguments: ["the data", "the folder"])
    func `tells nothing as durable that a failed sync may have lost, says so once, and goes on in another file`(broken: String) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let isBroken = Mutex(true), failures = Mutex(0), lines = Mutex<[String]>([])
        let fails = { @Sendable (what: String) in
            guard what == broken, isBroken.withLock({ $0 }) else { return false }
            errno = EIO
            return true
        }
        let disk = DiskSync(data: { fails("the data") ? -1 : fdatasync($0) }, folder: { fails("the folder") ? -1 : fsync($0) })
        let loud = Log(level: .error, write: { line in lines.withLock { $0.append(line) } })
        let log = try JournalLog(
            directory: directory, loop: 0, limits: JournalLimits(), startedAt: 1_000,
            writer: JournalWriter(
                directory: directory, sync: .group(Self.hour), disk: disk, log: loud, syncFailed: { failures.withLock { $0 += 1 } }), log: loud)
        var before = log.open("before")
        var end = SampleIndex.zero
        func append(_ cursor: inout JournalCursor) -> JournalMark {
            let range = SampleRange(end, count: SampleCount(1_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            end = range.end
            return log.mark(cursor, through: end)
        }
        let first = append(&before)
        log.finish()
        #expect(!log.isDurable(first))
        isBroken.withLock { $0 = false }
        log.finish()
        #expect(!log.isDurable(first), "the kernel says it once; the next sync proves nothing")
        let second = append(&before)
        var after = log.open("after")
        let third = append(&after)
        log.finish()
        #expect(files.count == 2)
        #expect(log.isDurable(third))
        #expect(!log.isDurable(second), "it stands for what was before as well")
        #expect(failures.withLock { $0 } == 1)
        #expect(lines.withLock { $0 }.filter { $0.contains("power cut") }.count == 1)
        var read: [UInt8] = []
        try log.read(SampleRange(.zero, SampleIndex(2_000)), cursor: before) { read.append(contentsOf: $0) }
        #expect(read == pcm(SampleRange(.zero, SampleIndex(2_000)), seed: 0))
    }

    private func isOnDisk(_ bytes: [UInt8]) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: directory).contains { try Data(self.bytes(of: $0)).has(bytes) }
    }

    @Test func `gives up what is to be known no more, when its session is over, and nothing of others`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(interval: Self.hour)
        var gone = log.open("gone"), kept = log.open("kept"), after = log.open("after")
        let (range, whole) = (SampleRange(.zero, count: SampleCount(1_000)), SampleRange(.zero, count: SampleCount(2_000)))
        func append(_ range: SampleRange, _ seed: Int, _ cursor: inout JournalCursor) {
            pcm(range, seed: seed).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        }
        append(range, 7_001, &gone)
        append(range, 3, &kept)
        log.append(commit: Array("what nobody shall know".utf8), at: .zero, cursor: &gone)
        append(range, 4, &after)
        #expect(log.erasing([ID("gone")]) == nil, "it is live")
        log.close(&gone, at: range.end)
        let erasing = try #require(log.erasing([ID("gone")]))
        // It goes on in another file meanwhile.
        append(SampleRange(SampleIndex(1_000), count: SampleCount(1_000)), 3, &kept)
        #expect(try isOnDisk(Array("nobody".utf8)))
        try await erasing.run()
        log.ended(erasing, isComplete: true)
        #expect(try !isOnDisk(Array("nobody".utf8)) && !isOnDisk(Array(pcm(range, seed: 7_001)[100..<200])))
        #expect(log.erasing([ID("gone")]) == nil)
        var read: [UInt8] = []
        try log.read(whole, cursor: kept) { read.append(contentsOf: $0) }
        #expect(read == pcm(whole, seed: 3))
        log.finish()
        #expect(try blocks().filter { $0.kind != .erased && $0.session != gone.session }.count == 6, "each block is read still")
        #expect(try blocks().filter { $0.kind == .erased }.count == 2)
        // What is only of sessions that are over goes at once.
        log.close(&kept, at: whole.end)
        log.close(&after, at: range.end)
        #expect(log.erasing([ID("kept"), ID("after")]) != nil)
        #expect(files == [])
    }

    @Test func `keeps an erasure that has failed, until an attempt is complete`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(interval: Self.hour)
        var gone = log.open("gone"), kept = log.open("kept")
        let secret = Array("what nobody shall know".utf8)
        log.append(commit: secret, at: .zero, cursor: &gone)
        log.append(commit: Array("what is still of use".utf8), at: .zero, cursor: &kept)
        log.finish()
        log.close(&gone, at: .zero)
        let erasing = try #require(log.erasing([ID("gone")]))
        // The path of the segment is not that of a file.
        let path = directory + "/" + (try #require(files.first)), aside = path + ".aside"
        try FileManager.default.moveItem(atPath: path, toPath: aside)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        await #expect(throws: JournalError.self) { try await erasing.run() }
        log.ended(erasing, isComplete: false)
        #expect(log.erasing([ID("gone")]) == nil && log.unfinishedErasures.count == 1)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: aside, toPath: path)
        #expect(try isOnDisk(secret))
        for erasing in log.unfinishedErasures {
            try await erasing.run()
            log.ended(erasing, isComplete: true)
        }
        #expect(log.unfinishedErasures.isEmpty)
        #expect(try !isOnDisk(secret))
    }

    @Test func `gives up words, too, whose audio the limit has taken`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000, logBytes: 40_000))
        var gone = log.open("gone"), kept = log.open("kept")
        let secret = Array("what nobody shall know".utf8), other = Array("what is still of use".utf8)
        log.append(commit: secret, at: .zero, cursor: &gone)
        log.append(commit: other, at: .zero, cursor: &kept)
        for second in 0..<100 {
            let range = SampleRange(SampleIndex(1_000 * second), count: SampleCount(1_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &kept) }
        }
        log.finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).contains { $0.hasSuffix(".words") })
        #expect(try isOnDisk(secret))
        log.close(&gone, at: .zero)
        let erasing = try #require(log.erasing([ID("gone")]))
        try await erasing.run()
        log.ended(erasing, isComplete: true)
        #expect(try !isOnDisk(secret))
        #expect(try isOnDisk(other))
    }

    @Test func `keeps the files of an earlier run`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let log = try log()
            var cursor = log.open("unfinished")
            let range = SampleRange(.zero, count: SampleCount(100))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        }
        let before = files
        let log = try log()
        _ = log.open("next")
        log.finish()
        #expect(Set(before).isSubset(of: Set(files)) && files.count == before.count + 1)
    }

    @Test(arguments: [("/proc/nowhere", "no such file or directory"), ("/proc/version/journal", "not a directory")])
    func `says what is wrong with a directory that cannot be written`(path: String, reason: String) {
        let error = JournalError.cannotCreate(path: path, reason: reason)
        #expect(throws: error) { try JournalWriter(directory: path, log: Log(level: .error)) }
        #expect("\(error)".contains("--data"))
    }

    @Test func `makes its directory and those above it`() throws {
        let folder = TemporaryFolder(), path = folder.path(of: "above/journal")
        for _ in 0..<2 { _ = try JournalWriter(directory: path, log: Log(level: .error)) }
        for made in [path, folder.path(of: "above")] {
            var information = stat()
            let isThere = stat(made, &information) == 0
            #expect(isThere && information.st_mode & 0o777 == 0o700)
        }
    }

    @Test(arguments: [true, false]) func `gives back blocks of any size, written or not`(areWritten: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 3 << 20), interval: Self.hour)
        var cursor = log.open("large")
        var end = SampleIndex.zero
        for count in [1, 99_999, 400_000, 131_072 - 24, 131_072, 7, 300_000, 3] {
            let range = SampleRange(end, count: SampleCount(count))
            pcm(range, seed: count).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            if areWritten { log.finish() }
            var read: [UInt8] = []
            try log.read(range, cursor: cursor) { read.append(contentsOf: $0) }
            #expect(read == pcm(range, seed: count), "\(count) samples")
            end = range.end
        }
        log.finish()
        #expect(try blocks().filter { $0.kind == .audio }.map(\.payloadLength).reduce(0, +) == 2 * Int(end.samples))
    }

    private func put(_ samples: Int, at end: inout SampleIndex, _ cursor: inout JournalCursor, in log: JournalLog) {
        let range = SampleRange(end, count: SampleCount(samples))
        pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        end = range.end
    }

    @Test func `keeps the unfinished audio of who has little from one who has much`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(JournalLimits(segmentBytes: 10_000, logBytes: 50_000))
        var much = log.open("much", user: "ann"), little = log.open("little", user: "bob")
        var muchEnd = SampleIndex.zero, littleEnd = SampleIndex.zero
        for _ in 0..<40 {
            for _ in 0..<2 { put(1_000, at: &muchEnd, &much, in: log) }
            put(10, at: &littleEnd, &little, in: log)
            log.finish()
        }
        var read: [UInt8] = []
        let all = SampleRange(.zero, littleEnd)
        try log.read(all, cursor: little) { read.append(contentsOf: $0) }
        #expect(read == pcm(all, seed: 0))
        #expect(throws: JournalError.self) { try log.read(SampleRange(muchEnd - SampleCount(10), muchEnd), cursor: much) { _ in } }
        #expect(!log.isDurable(log.mark(much, through: muchEnd)), "what is not journaled is not told as durable")
        #expect(log.isDurable(log.mark(little, through: littleEnd)))
        #expect(try files.reduce(0) { $0 + (try bytes(of: $1).count) } <= 50_000)
        // Both have ended: there is room again.
        log.close(&much, at: muchEnd)
        log.close(&little, at: littleEnd)
        var next = log.open("next", user: "ann")
        var nextEnd = SampleIndex.zero
        put(1_000, at: &nextEnd, &next, in: log)
        try log.read(SampleRange(.zero, nextEnd), cursor: next) { _ in }
    }

    @Test func `starts beside a ring that is too short, with what can be read of it`() throws {
        let copy = directory + "-killed"
        defer { for path in [directory, copy] { try? FileManager.default.removeItem(atPath: path) } }
        let quiet = Log(level: .error, write: { _ in })
        let writer = try JournalWriter(directory: directory, sync: .group(Self.hour), log: quiet)
        for loop in 0..<2 {
            let log = try JournalLog(directory: directory, loop: loop, limits: JournalLimits(), startedAt: 1_000, writer: writer, log: quiet)
            var cursor = log.open("session-\(loop)"), end = SampleIndex.zero
            for _ in 0..<20 { put(1_000, at: &end, &cursor, in: log) }
            // As the process would leave it that is killed now.
            if loop == 1 { try FileManager.default.copyItem(atPath: directory, toPath: copy) }
            withExtendedLifetime(log) {}
        }
        let ring = copy + "/0.ring"
        let length = try #require(try FileManager.default.attributesOfItem(atPath: ring)[.size] as? Int)
        // The page that was written is the last one that was made ready.
        truncate(ring, off_t(length - JournalPage.size + 10_000))
        let lines = Mutex<[String]>([])
        let next = try JournalWriter(directory: copy, sync: .never, log: Log(level: .error, write: { line in lines.withLock { $0.append(line) } }))
        #expect(lines.withLock { $0.count { $0.contains("0.ring.damaged") && $0.contains("the file is shorter than its header says") } } == 1)
        #expect(FileManager.default.fileExists(atPath: ring + ".damaged") && !FileManager.default.fileExists(atPath: ring))
        #expect(!FileManager.default.fileExists(atPath: copy + "/1.ring"))
        let found = next.earlier.unfinishedSessions().sessions
        #expect(found.map(\.record.id.rawValue) == ["session-0", "session-1"])
        #expect(found.map(\.transcript.received) == [SampleCount(4_000), SampleCount(20_000)])
    }

    @Test func `keeps what was appended before the process was killed`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
            // The writer brings what is full to the disk, and would come for the rest in an hour.
            let log = try Self.log(in: directory, JournalLimits(segmentBytes: 1 << 20), interval: Self.hour)
            var cursor = log.open("killed")
            for frame in 0..<1_500 {
                let range = SampleRange(SampleIndex(frame * 800), count: SampleCount(800))
                Self.pcm(range, seed: 5).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            }
            kill(getpid(), SIGKILL)
        }
        _ = try log()
        #expect(files.count > 1)
        #expect(try blocks().filter { $0.kind == .audio }.map(\.position.samples) == (0..<1_500).map { $0 * 800 })
    }

    @Test(arguments: [SyncPolicy.always, .never]) func `has on the disk what its policy says`(policy: SyncPolicy) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let quiet = Log(level: .error, write: { _ in })
        let synced = Mutex(0)
        let loud = Log(level: .debug, write: { line in if line.contains("journal synced") { synced.withLock { $0 += 1 } } })
        let log = try JournalLog(
            directory: directory, loop: 0, limits: JournalLimits(), startedAt: 1_000,
            writer: JournalWriter(directory: directory, sync: policy, log: loud), log: quiet)
        var cursor = log.open("session")
        for second in 0..<3 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            if policy == .always { #expect(try blocks().filter { $0.kind == .audio }.count == second + 1) }
        }
        log.finish()
        #expect(try blocks().count == 4)
        #expect(synced.withLock { $0 } == (policy == .always ? 4 : 0))
    }

    @Test func `syncs all sessions of an interval at once`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let quiet = Log(level: .error, write: { _ in }), syncs = Mutex(0)
        let disk = DiskSync(
            data: { descriptor in
                syncs.withLock { $0 += 1 }
                return fdatasync(descriptor)
            }, folder: { fsync($0) })
        let log = try JournalLog(
            directory: directory, loop: 0, limits: JournalLimits(), startedAt: 1_000,
            writer: JournalWriter(directory: directory, sync: .group(Self.hour), disk: disk, log: quiet), log: quiet)
        var marks: [JournalMark] = []
        for session in 0..<3 {
            var cursor = log.open("session-\(session)")
            let range = SampleRange(.zero, count: SampleCount(8_000))
            pcm(range, seed: session).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            log.append(commit: commit(range), at: range.start, cursor: &cursor)
            marks.append(log.mark(cursor, through: range.end))
        }
        #expect(syncs.withLock { $0 } == 0 && marks.allSatisfy { !log.isDurable($0) })
        // As the interval's end does it.
        log.finish()
        #expect(syncs.withLock { $0 } == 1 && marks.allSatisfy { log.isDurable($0) })
    }

    @Test func `knows when what it was given is on the disk`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let log = try log(interval: Self.hour)
        var cursor = log.open("session")
        let range = SampleRange(.zero, count: SampleCount(8_000))
        pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
        let mark = log.mark(cursor, through: range.end)
        #expect(!log.isDurable(mark))
        log.finish()
        #expect(log.isDurable(mark))
        #expect(mark.end == range.end)
    }

    @Test func `says how long what it was given waited for the disk`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let quiet = Log(level: .error, write: { _ in })
        let windows = Mutex<[Duration]>([])
        let interval = Duration.milliseconds(50)
        let log = try JournalLog(
            directory: directory, loop: 0, limits: JournalLimits(sync: .group(interval)), startedAt: 1_000,
            writer: JournalWriter(directory: directory, sync: .group(interval), log: quiet) { window in windows.withLock { $0.append(window) } },
            log: quiet)
        var cursor = log.open("session")
        var end = SampleIndex.zero
        try await until {
            let range = SampleRange(end, count: SampleCount(160))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            end = range.end
            return windows.withLock { $0.count } >= 10
        }
        log.finish()
        // Never before a quarter of the interval; how long after, the machine decides.
        #expect(windows.withLock { $0.allSatisfy { $0 >= interval / 4 } })  // real time: no timer fires early, on a slow machine neither
    }

    @Test func `passes over a ring of an earlier boot of the machine`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ring = URL(filePath: directory + "/0.ring")
        do {
            let log = try log(interval: Self.hour)
            var cursor = log.open("before")
            let range = SampleRange(.zero, count: SampleCount(2_000))
            pcm(range, seed: 0).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
            log.finish()
        }
        let written = try bytes(of: #require(files.first))
        // Memory of different times, as a power cut leaves it: the page's is older than the header's.
        var bytes = [UInt8](try Data(contentsOf: ring))
        for index in 8..<44 { bytes[index] ^= 1 }
        for index in bytes.indices where index >= 8_192 { bytes[index] = 0xAA }
        try Data(bytes).write(to: ring)
        _ = try log()
        #expect(try self.bytes(of: #require(files.first)) == written)
    }

    @Test func `goes on when the disk is full, says what it lacks, and takes audio again when there is room`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        await #expect(processExitsWith: .success) { [directory = directory as String] in
            signal(SIGXFSZ, SIG_IGN)
            let log = try Self.log(in: directory, interval: Self.hour)
            var cursor = log.open("full")
            let count = SampleCount(10_000)
            let ranges = (0..<130).map { SampleRange(SampleIndex($0 * 10_000), count: count) }
            func append(_ range: SampleRange) { Self.pcm(range, seed: 2).withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) } }
            func read(_ range: SampleRange) throws -> Bool {
                var bytes: [UInt8] = []
                try log.read(range, cursor: cursor) { bytes.append(contentsOf: $0) }
                return bytes == Self.pcm(range, seed: 2)
            }
            // No file may be larger: the ring has the pages that it was made with, and the writer can bring the first of them to the segment.
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), [rlimit(rlim_cur: 300_000, rlim_max: rlim_t.max)])
            for range in ranges[..<90] { append(range) }
            log.finish()
            let kept = ranges[..<90].filter { (try? read($0)) == true }
            #expect(kept.count >= 50 && kept.count < 90 && kept == Array(ranges[..<kept.count]))
            #expect(throws: JournalError.notJournaled) { try read(ranges[kept.count]) }
            #expect(!log.isDurable(log.mark(cursor, through: ranges[89].end)))
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), [rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)])
            for range in ranges[90...] { append(range) }
            log.finish()
            for range in ranges[90...] { #expect(try read(range)) }
            #expect(throws: JournalError.notJournaled) { try read(SampleRange(ranges[85].start, ranges[95].end)) }
            for range in kept { #expect(try read(range)) }
            #expect(!log.isDurable(log.mark(cursor, through: ranges[129].end)), "its client still has what is missing")
        }
        #expect(try blocks().filter { $0.kind == .audio }.count >= 90)
    }
}

extension JournalLog {
    /// Begins a session of one channel at 16 kHz.
    fileprivate func open(_ name: String, user: String? = nil) -> JournalCursor {
        var cursor = cursor(rate: .speech, channels: 1)
        open(SessionRecord(id: ID(name), owner: user.map { .init(user: $0, key: "") }), cursor: &cursor)
        return cursor
    }
}
