import Foundation
import HarkenTesting
import Recorder
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `A recorder in chunks` {
    @Test func `brings all that is said to the server, in chunks, and says when it is complete`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        let all = samples(50_000)
        for start in stride(from: 0, to: all.count, by: 1_000) { microphone.say(Array(all[start..<start + 1_000])) }
        world.recorder.stop()
        await world.deliver()
        #expect(joined(world.server.chunks) == all)
        #expect(world.server.chunks.map(\.start) == [0, 900, 1_800, 2_700])
        #expect(world.server.finished == ["c1"])
        #expect(world.left == [])
        #expect(world.said.last == .finished(conversation: "c1", title: "a title"))
    }

    @Test func `sends nothing of a quiet room, and starts no conversation`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        for _ in 0..<300 { microphone.say([Int16](repeating: 0, count: 16_000)) }
        world.recorder.stop()
        await world.deliver()
        #expect(world.server.asked == 0)
        #expect(world.left == [])
    }

    /// Where the start-up stands when the user stops: nothing has happened, the disk is at work, the microphone opens, it has just opened.
    enum Moment: CaseIterable { case atOnce, whileTheDiskWorks, whileTheMicrophoneOpens, asItOpened }

    @Test(arguments: Moment.allCases, [false, true])
    func `stopped at any moment of its start captures nothing after that, sends nothing, and leaves nothing`(moment: Moment, startsAgain: Bool)
        async throws
    {
        let world = try RecorderWorld()
        let isOpening = Mutex(false), mayOpen = Mutex(false)
        if moment == .whileTheMicrophoneOpens {
            world.whileOpening { () throws(CaptureError) in
                isOpening.withLock { $0 = true }
                try? untilBlocking { mayOpen.withLock { $0 } }
            }
        }
        world.recorder.start()
        switch moment {
        case .atOnce: break
        case .whileTheDiskWorks: try await until { if case .idle = world.recorder.phase { false } else { true } }
        case .whileTheMicrophoneOpens: try await until { isOpening.withLock { $0 } }
        case .asItOpened: try await until { world.opened.first?.wasOpened == true }
        }
        world.recorder.stop()
        #expect(world.recorder.phase == .idle)
        #expect(world.opened.allSatisfy { !$0.isOpen })
        mayOpen.withLock { $0 = true }
        // Whatever was on its way has come.
        try await until { world.recorder.isAtRest }
        for microphone in world.opened { microphone.say(samples(48_000)) }
        #expect(world.opened.allSatisfy { !$0.isOpen })
        guard startsAgain else {
            await world.deliver()
            #expect(world.server.asked == 0)
            #expect(world.left == [])
            return
        }
        world.whileOpening { () throws(CaptureError) in }
        let microphone = try await world.listen()
        microphone.say(samples(32_000))
        for old in world.opened.dropLast() { old.say(samples(48_000)) }
        world.recorder.stop()
        await world.deliver()
        #expect(joined(world.server.chunks) == samples(32_000))
    }

    @Test func `keeps nothing that comes after a stop`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(20_000))
        world.recorder.stop()
        #expect(!microphone.isOpen)
        microphone.say(samples(20_000, from: 20_000))
        await world.deliver()
        #expect(joined(world.server.chunks) == samples(20_000))
    }

    /// A Bluetooth headset in its profile for music, a switch that is off: the sound system gives zeros.
    @Test func `says that a microphone is dead, once, and that it is alive again`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        func said() -> [RecorderEvent] { world.said.filter { $0 == .alive || $0 == .dead(after: .seconds(10)) } }
        // A pause is none, also between sounds that are no louder than a hiss.
        for _ in 0..<99 { microphone.say([Int16](repeating: 0, count: 1_600)) }
        microphone.say([0, 0, 1, 0])
        for _ in 0..<99 { microphone.say([Int16](repeating: 0, count: 1_600)) }
        #expect(said() == [])
        for _ in 0..<200 { microphone.say([Int16](repeating: 0, count: 1_600)) }
        #expect(said() == [.dead(after: .seconds(10))])
        microphone.say([0, -1])
        #expect(said() == [.dead(after: .seconds(10)), .alive])
        world.recorder.stop()
    }

    @Test func `is stopped once however often, and its conversation finished once`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(20_000))
        world.recorder.stop()
        // At once another one.
        let other = try await world.listen()
        other.say(samples(17_000))
        world.recorder.stop()
        world.recorder.stop()
        await world.deliver()
        #expect(world.server.finished.sorted() == ["c1", "c2"])
        #expect(world.server.chunks.filter { $0.conversation == "c2" }.map(\.samples.count) == [16_000, 2_600])
    }

    @Test func `goes on in the same conversation after a killed process, with a hole between`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(40_000))
        let delivery = Task { await world.queue.run() }
        try await until { world.server.chunks.count == 2 }
        delivery.cancel()
        await delivery.value
        // What a killed process leaves: nobody has the file open any more, and nothing was ended.
        let copy = world.folder.path + "/after"
        try copyFolder(world.spool.path, to: copy)
        let second = try RecorderWorld(path: copy)
        let earlier = try #require(second.spool.open().first)
        #expect(earlier.history.conversation == "c1")
        let written = try #require(earlier.lastWritten)
        second.set(now: UnixTime(milliseconds: written.milliseconds + 5_000))
        let next = try await second.listen(goingOnWith: earlier)
        next.say(samples(20_000, from: 40_000))
        second.recorder.stop()
        await second.deliver()
        // 40,000 samples were written: 28,800 to 40,000 is the rest, and the next ones come five seconds later, less their own length.
        let starts = second.server.chunks.map(\.start)
        #expect(starts == [1_800, 6_250, 7_150])
        #expect(second.server.chunks.first?.samples == Array(samples(40_000)[28_800...]))
        #expect(second.server.chunks.allSatisfy { $0.conversation == "c1" })
        #expect(second.server.finished == ["c1"] && second.server.conversations == 0)
        #expect(second.said.contains(.goesOn(after: .milliseconds(3_750))))
    }

    /// Starts another process after `world`'s was killed, which completes and delivers what is on the disk.
    private func completed(_ world: RecorderWorld) async throws -> RecorderWorld {
        let copy = world.folder.path + "/after"
        try copyFolder(world.spool.path, to: copy)
        let second = try RecorderWorld(path: copy)
        for earlier in second.spool.open() {
            try second.recorder.complete(earlier)
            second.queue.add(earlier)
        }
        await second.deliver()
        return second
    }

    @Test func `completes what a process that was killed left, when that does not go on`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(20_000))
        let second = try await completed(world)
        #expect(joined(second.server.chunks) == samples(20_000))
        #expect(second.server.finished == ["c1"])
        #expect(second.left == [])
    }

    @Test func `says when the room on the disk is used up, keeps the time, and goes on when there is room again`() async throws {
        let world = try RecorderWorld(limit: 100_000)
        let microphone = try await world.listen()
        for start in stride(from: 0, to: 64_000, by: 1_000) { microphone.say(samples(1_000, from: start)) }
        #expect(world.said.filter { $0 == .noRoom }.count == 1)
        let kept = world.spool.byteCount
        #expect(kept <= 100_000)
        // What waits is sent, and its audio goes. Only whole files do, so another recording begins.
        world.recorder.stop()
        await world.deliver()
        #expect(joined(world.server.chunks) == samples(50_000))
        #expect(world.spool.byteCount == 0)
        #expect(world.left == [])
    }

    @Test func `says when the disk does not sync, and the next start sends what was recorded`() async throws {
        let isBroken = Mutex(false)
        let world = try RecorderWorld(sync: { descriptor in
            guard isBroken.withLock({ $0 }) else { return fdatasync(descriptor) }
            errno = EIO
            return -1
        })
        let microphone = try await world.listen()
        microphone.say(samples(8_000))
        isBroken.withLock { $0 = true }
        for start in stride(from: 8_000, to: 48_000, by: 1_000) { microphone.say(samples(1_000, from: start)) }
        #expect(world.said.contains { if case .failed(.disk(let reason)) = $0 { reason.contains("fdatasync") } else { false } }, "\(world.said)")
        let second = try await completed(world)
        let sent = joined(second.server.chunks) ?? []
        #expect(sent.count >= 8_000 && sent == samples(sent.count))
    }

    @Test func `keeps its time over samples that the machine was too slow for`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(8_000))
        microphone.overran(16_000)
        microphone.say(samples(8_000, from: 24_000))
        world.recorder.stop()
        await world.deliver()
        #expect(world.server.chunks.map(\.start) == [0, 1_500])
        #expect(world.server.chunks.map(\.samples) == [samples(8_000), samples(8_000, from: 24_000)])
        #expect(world.said.contains(.overran(.seconds(1))))
    }

    /// Says samples as a microphone does, in blocks of 1,000 that come when they are over.
    private func say(_ samples: [Int16], to microphone: FakeMicrophone, in world: RecorderWorld) {
        for start in stride(from: 0, to: samples.count, by: 1_000) {
            let block = Array(samples[start..<min(start + 1_000, samples.count)])
            world.pass(SampleCount(block.count).duration(at: .speech))
            microphone.say(block)
        }
    }

    @Test(arguments: [60, 8 * 3_600]) func `has the time in which the machine slept as a gap, and what follows at its place`(seconds: Int)
        async throws
    {
        let world = try RecorderWorld(longest: .seconds(86_400))
        let microphone = try await world.listen()
        say(samples(24_000), to: microphone, in: world)
        world.pass(.seconds(seconds))
        say(samples(24_000, from: 24_000), to: microphone, in: world)
        world.recorder.stop()
        await world.deliver()
        let later = Int64(1_500 + seconds * 1_000)
        #expect(world.server.chunks.map(\.start) == [0, 900, later, later + 900])
        #expect(joined(Array(world.server.chunks.prefix(2))) == samples(24_000))
        #expect(world.server.chunks.dropFirst(2).first?.samples == samples(16_000, from: 24_000))
        #expect(world.said.contains(.paused(.seconds(seconds))))
        #expect(world.server.finished == ["c1"])
    }

    @Test func `takes audio that only waited for what it is, and keeps it when the recording ends then`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        say(samples(16_000), to: microphone, in: world)
        // The machine was busy for three seconds, and all comes at once.
        world.pass(.seconds(3))
        for start in stride(from: 16_000, to: 64_000, by: 1_000) { microphone.say(samples(1_000, from: start)) }
        world.recorder.stop()
        await world.deliver()
        #expect(joined(world.server.chunks) == samples(64_000))
        #expect(!world.said.contains { if case .paused = $0 { true } else { false } })
    }

    @Test func `counts samples that were lost in a break once`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        say(samples(16_000), to: microphone, in: world)
        // The program was stopped for ten seconds: one second waited, and the rest was dropped.
        world.pass(.seconds(10))
        microphone.say(samples(8_000, from: 16_000))
        microphone.overran(144_000)
        microphone.say(samples(8_000, from: 168_000))
        say(samples(8_000, from: 176_000), to: microphone, in: world)
        world.recorder.stop()
        await world.deliver()
        #expect(world.server.chunks.last.map { $0.start * 16 + Int64($0.samples.count) } == 184_000)
        #expect(!world.said.contains { if case .paused = $0 { true } else { false } })
        #expect(world.said.contains(.overran(.seconds(9))))
    }

    @Test func `becomes another recording when it is too long, without losing or doubling a sample`() async throws {
        let world = try RecorderWorld(longest: .seconds(3))
        let microphone = try await world.listen()
        let all = samples(100_000), begun = UnixTime(milliseconds: 1_800_000_000_000)
        for start in stride(from: 0, to: all.count, by: 1_000) {
            world.set(now: begun + SampleCount(start + 1_000).duration(at: .speech))
            microphone.say(Array(all[start..<start + 1_000]))
        }
        world.recorder.stop()
        await world.deliver()
        let parts = ["c1", "c2", "c3"].map { id in joined(world.server.chunks.filter { $0.conversation == id }) ?? [] }
        #expect(parts.map(\.count) == [48_000, 48_000, 4_000])
        #expect(parts.flatMap(\.self) == all)
        #expect(world.server.finished == ["c1", "c2", "c3"])
        // Each one begins where the one before ends.
        #expect(world.server.starts == [begun, begun + .seconds(3), begun + .seconds(6)])
    }

    @Test func `whose microphone fails says why, and delivers what was said`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(20_000))
        microphone.failed(.lost(device: "it"))
        #expect(world.recorder.phase == .idle && !microphone.isOpen)
        #expect(world.said.contains { if case .failed(.microphone(let words)) = $0 { words.contains("stopped recording by itself") } else { false } })
        await world.deliver()
        #expect(joined(world.server.chunks) == samples(20_000))
        #expect(world.server.finished == ["c1"])
    }

    @Test func `whose microphone does not open says why, and leaves nothing`() async throws {
        let world = try RecorderWorld()
        world.whileOpening { () throws(CaptureError) in throw .noDevice }
        world.recorder.start()
        try await until { world.said.contains { if case .failed = $0 { true } else { false } } }
        #expect(world.recorder.phase == .idle)
        #expect(world.left == [])
        #expect(world.server.asked == 0)
    }
}
