import Audio
import Decoding
import Foundation
import HarkenTesting
import Speech
import Synchronization
import Testing

/// What workers report, in order.
private final class Reports: Sendable {
    private let events = Mutex<[DecodeEvent]>([])

    var all: [DecodeEvent] { events.withLock { $0 } }
    var losses: [DecodeEvent.Loss] { all.compactMap { if case .lost(let loss, _) = $0 { loss } else { nil } } }
    var startedCount: Int { all.count { $0 == .started } }

    func add(_ event: DecodeEvent) { events.withLock { $0.append(event) } }
}

@Suite(.hangLimit, .needs(BuiltHarken.isThere, "harken is not built")) struct `Decoding processes` {
    private let folder = TemporaryFolder()
    private let reports = Reports()

    private func workers(
        executable: String = BuiltHarken.path, limits: DecodeWorker.Limits = .init(), maxWorkers: Int = 4, idleTime: Duration = .seconds(30),
        now: @escaping @Sendable () -> Instant = { .now }
    ) throws -> DecodeWorkers {
        let reports = reports
        return try DecodeWorkers(
            .init(executable: executable, limits: limits, maxWorkers: maxWorkers, idleTime: idleTime), report: { reports.add($0) }, now: now)
    }

    /// 16-bit WAV.
    private func recording(_ name: String = "a.wav", seconds: Int, hertz: Int = 8_000, channels: Int = 1) throws -> Recording {
        let samples = (0..<seconds * hertz * channels).map { Int16(truncatingIfNeeded: $0 &* 7_919) / 4 }
        return Recording(path: try folder.write(WAVBytes.make(samples, hertz: hertz, channels: channels), as: name))
    }

    private func all(_ media: any DecodedMedia, by count: Int = 16_000) throws -> [[Float]] {
        var channels = Array(repeating: [Float](), count: media.channelCount)
        while let block = try media.next(SampleCount(count)) {
            for channel in channels.indices { channels[channel] += block.channels[channel] }
        }
        return channels
    }

    @Test(arguments: [(ChannelTreatment.mixed, 16_000), (.mixed, 700), (.mixed, 160_000), (.separate, 16_000), (.separate, 9_999)])
    func `make the same samples as this process does`(treatment: ChannelTreatment, count: Int) async throws {
        let recording = try recording(seconds: 7, channels: 2)
        let here = try MediaFile(recording, rate: .speech, channels: treatment)
        let there = try await workers().turn(for: recording).open(rate: .speech, channels: treatment)
        #expect(there.channelCount == here.channelCount)
        #expect(there.length == here.length)
        #expect(try all(there, by: count) == all(here, by: count))
        #expect(try there.next() == nil)
    }

    @Test func `say why a file cannot be decoded`() async throws {
        let workers = try workers()
        let text = Recording(path: try folder.write(Array("This is no audio at all.\n".utf8), as: "text.wav"))
        await #expect(throws: MediaError.undecodable("the bytes are not audio or video of a known kind")) { _ = try await workers.open(text) }
        let missing = Recording(path: folder.path(of: "missing.wav"))
        await #expect(throws: MediaError.unreadable("the file cannot be opened: No such file or directory")) { _ = try await workers.open(missing) }
        #expect(reports.losses == [])
    }

    @Test func `that are killed fail their own recording and no other`() async throws {
        let workers = try workers()
        let recording = try recording(seconds: 120)
        let other = try await workers.open(recording)
        let others = Set(workers.busyProcesses)
        let hit = try await workers.open(recording)
        let process = try #require(workers.busyProcesses.first { !others.contains($0) })
        _ = try hit.next()
        kill(process, SIGKILL)
        try await until { isGone(process) }
        #expect(throws: MediaError.undecodable("The file could not be decoded: the decoder crashed.")) { _ = try all(hit) }
        #expect(try all(other)[0].count == 120 * 16_000)
        #expect(try all(try await workers.open(recording))[0].count == 120 * 16_000)
        try await until { reports.losses == [.crashed] }
        #expect(reports.all.contains(.lost(.crashed, end: "signal 9")))
    }

    @Test func `that do not answer are killed`() async throws {
        // Time stands until the worker is stopped: however slowly it starts, it is not late.
        let clock = HeldClock(), isStopped = Mutex(false)
        let workers = try workers {
            if isStopped.withLock({ $0 }) { clock.advance(by: .seconds(10)) }
            return clock.now
        }
        let media = try await workers.open(try recording(seconds: 120))
        let process = try #require(workers.busyProcesses.first)
        kill(process, SIGSTOP)
        isStopped.withLock { $0 = true }
        #expect(throws: MediaError.undecodable("The file could not be decoded: the decoder sent no audio for 30 seconds.")) { _ = try all(media) }
        try await until { reports.losses == [.stuck] && workers.busyProcesses.isEmpty }
        #expect(kill(process, 0) == -1 && errno == ESRCH)
    }

    @Test(.enabled(if: !Sanitizer.isHere)) func `that reach their limit of memory fail their recording`() async throws {
        // More than the program needs to start, less than what it needs to decode.
        let workers = try workers(limits: .init(memory: 64 << 20))
        await #expect(throws: MediaError.self) { _ = try all(try await workers.open(try recording(seconds: 1))) }
        #expect(try all(try await self.workers().open(try recording(seconds: 1)))[0].count == 16_000)
    }

    @Test(arguments: 0...5)
    func `are killed when they try what decoding does not need`(call: Int) async throws {
        guard !Sanitizer.isHere else { return }
        let outcome = try ChildProcess.run([BuiltHarken.path, DecodeWorkers.command, "--selftest", "\(call)"])
        // Libraries may look for files, and get an error.
        #expect(outcome.status == (call == 1 ? 3 : 128 + SIGSYS))
    }

    @Test func `do nothing when nobody has ordered anything`() throws {
        let outcome = try ChildProcess.run([BuiltHarken.path, DecodeWorkers.command])
        #expect(outcome.status == 2)
        #expect(outcome.diagnostics.contains("harken serve starts this"))
    }

    @Test func `have no descriptor and no variable of the gateway's`() async throws {
        let workers = try workers()
        setenv("HARKEN_TEST_SECRET", "hush", 1)
        defer { unsetenv("HARKEN_TEST_SECRET") }
        let media = try await workers.open(try recording(seconds: 120))
        let process = try #require(workers.busyProcesses.first)
        // Not to be looked into by anybody but root, and by no tracer.
        let environment = (try? String(contentsOfFile: "/proc/\(process)/environ", encoding: .utf8)) ?? ""
        #expect(!environment.contains("hush"))
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
        #expect(Set(descriptors).isSubset(of: ["0", "1", "2", "3", "4"]))
        withExtendedLifetime(media) {}
    }

    @Test func `work side by side, as many as are allowed, the others after them`() async throws {
        let workers = try workers(maxWorkers: 2)
        let recording = try recording(seconds: 120)
        let first = try await workers.open(recording)
        let second = try await workers.open(recording)
        #expect(Set(workers.busyProcesses).count == 2)
        let third = Task { try await workers.open(recording).next()?.count.samples }
        let cancelled = Task { try await workers.open(recording).next()?.count.samples }
        try await until { workers.waitingCount == 2 }
        #expect(workers.busyProcesses.count == 2)
        cancelled.cancel()
        await #expect(throws: MediaError.cancelled) { _ = try await cancelled.value }
        _ = try all(first)
        #expect(try await third.value == 16_000)
        withExtendedLifetime(second) {}
    }

    @Test func `go away when nothing comes, and come back`() async throws {
        let workers = try workers(idleTime: .milliseconds(100))
        let recording = try recording(seconds: 1)
        _ = try all(try await workers.open(recording))
        try await until { !workers.isFactoryRunning && workers.busyProcesses.isEmpty }
        #expect(try all(try await workers.open(recording))[0].count == 16_000)
        #expect(reports.losses == [])
    }

    @Test func `decode one recording each`() async throws {
        let workers = try workers()
        let recording = try recording(seconds: 120)
        var seen: Set<Int32> = []
        for _ in 0..<3 {
            let media = try await workers.open(recording)
            seen.formUnion(workers.busyProcesses)
            _ = try all(media)
            try await until { workers.busyProcesses.isEmpty }
        }
        #expect(seen.count == 3)
    }

    @Test func `make room when no recording was opened`() async throws {
        let workers = try workers(maxWorkers: 1)
        let recording = try recording(seconds: 1)
        for _ in 0..<3 { _ = try await workers.turn(for: recording) }
        #expect(try all(try await workers.open(recording))[0].count == 16_000)
        #expect(reports.startedCount == 4)
        #expect(reports.losses == [])
    }

    @Test func `are lost with their factory, which starts again`() async throws {
        let workers = try workers()
        let recording = try recording(seconds: 120)
        let media = try await workers.open(recording)
        let process = try #require(workers.busyProcesses.first)
        kill(try parent(of: process), SIGKILL)
        // Before its end comes, a decoder may be done.
        try await until { isGone(process) }
        #expect(throws: MediaError.undecodable("The file could not be decoded: the decoder crashed.")) { _ = try all(media) }
        #expect(try all(try await workers.open(recording))[0].count == 120 * 16_000)
        try await until { reports.losses == [.crashed] }
    }

    // A sanitizer has threads of its own.
    @Test(.enabled(if: !Sanitizer.isHere)) func `are copies of a process with one thread`() async throws {
        let workers = try workers()
        let media = try await workers.open(try recording(seconds: 120))
        let process = try #require(workers.busyProcesses.first)
        // A factory with a second thread could not be copied safely.
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(try parent(of: process))/task").count == 1)
        withExtendedLifetime(media) {}
    }

    /// True if a process has ended, whether or not anybody has asked for its status.
    private func isGone(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return true }
        return status.contains("State:\tZ")
    }

    /// The process that started another one.
    private func parent(of process: Int32) throws -> Int32 {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return try #require(
            status.split(separator: "\n").first { $0.hasPrefix("PPid:") }.flatMap { Int32($0.dropFirst(5).trimmingPrefix(while: \.isWhitespace)) })
    }

    @Test func `are not needed for plain samples`() async throws {
        let samples = Recording(path: try folder.write([UInt8](repeating: 1, count: 32_000), as: "plain"), format: .linear16(.speech))
        let media = try await workers(executable: "/nowhere/at/all").open(samples)
        #expect(try all(media)[0].count == 16_000)
    }

    @Test func `that cannot be started are not the recording's fault`() async throws {
        let recording = try recording(seconds: 1)
        for program in ["/nowhere/at/all", "/bin/false"] {
            let workers = try workers(executable: program)
            let error = await #expect(throws: MediaError.self) { _ = try await workers.open(recording) }
            guard case .unavailable = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    /// A worker in a file's hands may say anything. Here its factory says it for the worker, in one message each, behind what a good one says.
    @Test(arguments: [
        // No message that is known, an unknown kind, a second greeting, a block before anything was opened.
        ["garbage"], [#"\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"#], [ready], [block],
        // Channels that were not asked for; none.
        [#"\x02\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0"#], [#"\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"#],
        // More samples than the message has.
        [opened, #"\x03\0\0\0\xff\xff\xff\x7f\0\0\0\0\0\0\0\0\0\0\0\0"#],
        // A block behind one that was not full.
        [opened, block, block],
    ])
    func `that say what none would say are killed`(messages: [String]) async throws {
        let workers = try await workers(saying: messages), recording = try recording(seconds: 1)
        await #expect(throws: MediaError.undecodable("The file could not be decoded: the decoder violated its protocol.")) {
            _ = try all(try await workers.open(recording))
        }
        try await until { reports.losses == [.invalid] && workers.busyProcesses.isEmpty }
    }

    @Test(.enabled(if: !Sanitizer.isHere), arguments: [(0, "socket"), (2, "execve"), (3, "clone"), (4, "mmap"), (5, "kill")])
    func `that are killed for a system call say which one`(call: Int, name: String) async throws {
        let workers = try await workers(saying: [try killed(at: call)]), recording = try recording(seconds: 1)
        let reason = "the decoder was killed because it wanted the system call \(name)"
        await #expect(throws: MediaError.undecodable("The file could not be decoded: \(reason).")) {
            _ = try all(try await workers.open(recording))
        }
        try await until { reports.losses == [.forbidden] && workers.busyProcesses.isEmpty }
        let ends = reports.all.compactMap { if case .lost(_, let end) = $0 { end } else { nil } }
        #expect(ends.count == 1 && ends.allSatisfy { $0.hasSuffix("at the system call \(name)") }, "\(ends)")
    }

    /// Returns the last message of a worker that makes a forbidden system call, as the source of a string of bytes.
    private func killed(at call: Int) throws -> String {
        let script = """
            import fcntl, os, socket, sys
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours = socket.socket(fileno=fcntl.fcntl(ours.detach(), fcntl.F_DUPFD, 10))
            if os.fork() == 0:
                os.dup2(theirs.fileno(), 3)
                os.execv(sys.argv[1], [sys.argv[1], "decode-worker", "--selftest", sys.argv[2]])
            theirs.close()
            print("".join(f"\\\\x{byte:02x}" for byte in ours.recv(64)), end="")
            """
        let outcome = try ChildProcess.run(["python3", "-c", script, BuiltHarken.path, "\(call)"])
        #expect(outcome.status == 0, "\(outcome.diagnostics)")
        return outcome.output
    }

    /// Workers of a factory that says these messages for each of them, behind what a good worker says first.
    private func workers(saying messages: [String]) async throws -> DecodeWorkers {
        let script = """
            #!/usr/bin/env python3
            import array, os, signal, socket, sys
            if sys.argv[1:2] != ["decode-worker"]: sys.exit(0)
            control = socket.socket(fileno=3)
            def receive(size):
                data, control_data, _, _ = CONTROL.recvmsg(size, socket.CMSG_SPACE(4))
                return data, [array.array("i", content)[0] for _, _, content in control_data]
            CONTROL = control
            worker = None
            while True:
                order, descriptors = receive(9)
                if not order: sys.exit(0)
                if order[0] == 2:
                    os.kill(worker, signal.SIGKILL)
                    _, status = os.waitpid(worker, 0)
                    control.send(bytes([2, 0, 0, 0]) + status.to_bytes(4, "little"))
                    continue
                worker = os.fork()
                if worker == 0:
                    CONTROL = socket.socket(fileno=descriptors[0])
                    CONTROL.send(b"\(Self.ready)")
                    receive(256)
                    for message in [\(messages.map { "b\"\($0)\"" }.joined(separator: ", "))]: CONTROL.send(message)
                    signal.pause()
                os.close(descriptors[0])
                control.send(bytes([1, 0, 0, 0]) + worker.to_bytes(4, "little"))

            """
        let path = try folder.write(Array(script.utf8), as: "factory")
        chmod(path, 0o700)
        // A process that another test starts may have the file open to be written until it has become its own program.
        try await until { (try? ChildProcess.run([path])) != nil }
        return try workers(executable: path)
    }

    private static let ready = #"\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"#
    private static let opened = #"\x02\0\0\0\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"#
    private static let block = #"\x03\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"#
}

enum WAVBytes {
    static func make(_ samples: [Int16], hertz: Int, channels: Int) -> [UInt8] {
        func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let data = samples.withUnsafeBytes { Array($0) }
        return Array("RIFF".utf8) + little(UInt32(data.count + 36)) + Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(UInt16(1))
            + little(UInt16(channels)) + little(UInt32(hertz)) + little(UInt32(hertz * channels * 2)) + little(UInt16(channels * 2))
            + little(UInt16(16)) + Array("data".utf8) + little(UInt32(data.count)) + data
    }
}
