import Foundation
import HarkenTesting
import Recorder
import Speech
import Synchronization
import Testing

func copyFolder(_ path: String, to other: String) throws { try FileManager.default.copyItem(atPath: path, toPath: other) }

@Suite(.hangLimit) struct `Delivery from the disk` {
    /// Records so much and stops.
    private func record(_ world: RecorderWorld, _ samples: [Int16]) async throws {
        let microphone = try await world.listen()
        microphone.say(samples)
        world.recorder.stop()
    }

    @Test func `loses nothing while there is no server, and says so once`() async throws {
        let world = try RecorderWorld()
        try await record(world, samples(70_000))
        world.server.always(Receipt(.unavailable, isAnswered: false))
        let delivery = Task { await world.queue.run() }
        try await until { world.server.asked > 40 }
        #expect(world.said.filter { $0 == .unreachable }.count == 1)
        world.server.always(nil)
        world.queue.end()
        await delivery.value
        #expect(joined(world.server.chunks) == samples(70_000))
        #expect(world.said.contains(.reachable))
        #expect(world.server.finished == ["c1"])
    }

    @Test func `goes on in another process after each single answer, and each chunk is there once, in order`() async throws {
        let first = try RecorderWorld()
        try await record(first, samples(70_000))
        var path = first.spool.path
        var chunks: [FakeServer.Chunk] = []
        var finished: [String] = []
        for round in 0..<20 where finished.isEmpty {
            let copy = first.folder.path + "/\(round)"
            try copyFolder(path, to: copy)
            path = copy
            let world = try RecorderWorld(path: copy)
            for recording in world.spool.open() { world.queue.add(recording) }
            // One answer, then nobody answers any more.
            world.server.answer(Receipt(.delivered))
            world.server.always(Receipt(.unavailable, isAnswered: false))
            let delivery = Task { await world.queue.run() }
            try await until { world.server.asked > 2 || world.queue.recordings.isEmpty }
            delivery.cancel()
            await delivery.value
            chunks += world.server.chunks
            finished += world.server.finished
        }
        #expect(joined(chunks) == samples(70_000))
        #expect(chunks.count == Set(chunks.map(\.name)).count)
        #expect(finished == ["c1"])
    }

    @Test func `keeps a chunk that is rejected on the disk, and delivers the rest`() async throws {
        let world = try RecorderWorld()
        try await record(world, samples(40_000))
        world.server.answer(Receipt(.delivered), Receipt(.rejected(status: 413), detail: "too large"))
        await world.deliver()
        #expect(world.server.chunks.map(\.start) == [900, 1_800])
        #expect(world.server.finished == ["c1"])
        #expect(world.said.contains(.rejected(status: 413, detail: "too large")))
        #expect(world.queue.tally.held == 1)
        let kept = try #require(world.left.first)
        let files = try FileManager.default.contentsOfDirectory(atPath: world.spool.path + "/" + kept)
        #expect(files.sorted() == ["000000000000.pcm", "log"])
    }

    @Test(arguments: [(DeliveryAnswer.tryLater(.seconds(5)), true), (.tryLater(.seconds(600)), false), (.unavailable, false)])
    func `takes a server that is at work on a chunk for one that works`(answer: DeliveryAnswer, works: Bool) async throws {
        let world = try RecorderWorld()
        try await record(world, samples(20_000))
        world.server.always(Receipt(answer))
        let delivery = Task { await world.queue.run() }
        try await until { world.server.asked > 2 }
        #expect((world.queue.lastProgress != nil) == works)
        delivery.cancel()
        await delivery.value
    }

    @Test func `delivers the older recording first`() async throws {
        let world = try RecorderWorld()
        world.server.always(Receipt(.unavailable, isAnswered: false))
        try await record(world, samples(17_000))
        world.set(now: UnixTime(milliseconds: 1_800_000_001_000))
        try await record(world, samples(18_000))
        let copy = world.folder.path + "/after"
        try copyFolder(world.spool.path, to: copy)
        let second = try RecorderWorld(path: copy)
        for recording in second.spool.open() { second.queue.add(recording) }
        await second.deliver()
        #expect(second.server.chunks.map(\.samples.count) == [16_000, 2_600, 16_000, 3_600])
        #expect(second.server.finished == ["c1", "c2"])
    }

    @Test func `makes another conversation of what is left when the server has the first no more`() async throws {
        let world = try RecorderWorld()
        try await record(world, samples(40_000))
        world.server.answer(Receipt(.delivered), Receipt(.delivered), Receipt(.conversationGone))
        await world.deliver()
        #expect(world.server.chunks.map(\.conversation) == ["c1", "c2", "c2"])
        #expect(world.server.finished == ["c2"])
    }

    @Test func `asks for one conversation, however often the answer is lost, and after a crash too`() async throws {
        let world = try RecorderWorld()
        world.server.takeNames()
        try await record(world, samples(17_000))
        world.server.always(Receipt(.unavailable, isAnswered: false))
        let delivery = Task { await world.queue.run() }
        try await until { world.server.asked > 5 }
        delivery.cancel()
        await delivery.value
        let name = try #require(world.server.proposed.first)
        #expect(world.server.started == [name])
        // Another process, of which the server knows nothing yet but that name.
        let copy = world.folder.path + "/after"
        try copyFolder(world.spool.path, to: copy)
        let second = try RecorderWorld(path: copy)
        second.server.takeNames()
        for recording in second.spool.open() { second.queue.add(recording) }
        await second.deliver()
        #expect(second.server.started == [name] && second.server.finished == [name])
        #expect(Set(second.server.chunks.map(\.conversation)) == [name])
    }

    /// The process that delivers a recording: the one that made it, or another one after a kill, which sends it only or goes on.
    enum Deliverer: CaseIterable { case itself, anotherThatSends, anotherThatGoesOn }

    @Test(arguments: Deliverer.allCases)
    func `says when the first sample was captured, however much later and by whichever process it delivers`(deliverer: Deliverer) async throws {
        let made = UnixTime(milliseconds: 1_800_000_000_000)
        let world = try RecorderWorld()
        world.set(now: made)
        let microphone = try await world.listen()
        // The microphone needs three seconds to open, and the first second is heard when it is over.
        world.set(now: made + .seconds(4))
        microphone.say(samples(16_000))
        world.set(now: made + .seconds(5))
        microphone.say(samples(16_000, from: 16_000))
        let begun = made + .seconds(3)
        guard deliverer != .itself else {
            world.recorder.stop()
            world.set(now: made + .seconds(86_400))
            await world.deliver()
            #expect(world.server.starts == [begun])
            return
        }
        let copy = world.folder.path + "/after"
        try copyFolder(world.spool.path, to: copy)
        let second = try RecorderWorld(path: copy)
        let earlier = try #require(second.spool.open().first)
        if deliverer == .anotherThatGoesOn {
            second.set(now: try #require(earlier.lastWritten) + .seconds(5))
            let next = try await second.listen(goingOnWith: earlier)
            next.say(samples(16_000, from: 32_000))
            second.recorder.stop()
        } else {
            try second.recorder.complete(earlier)
            second.queue.add(earlier)
        }
        await second.deliver()
        #expect(second.server.starts == [begun])
    }

    @Test func `says of a recording that an earlier version made when it was made`() throws {
        let log = #"{"begun":{"id":"r","at":1800000000000,"server":"http://server","language":"en"}}"# + "\n"
        let history = try #require(RecordingHistory(log: Array(log.utf8), overlap: SampleCount(1_600)))
        #expect(history.firstSample == nil && history.started == UnixTime(milliseconds: 1_800_000_000_000))
    }

    @Test func `tells that the server does not believe its time`() async throws {
        let world = try RecorderWorld()
        try await record(world, samples(17_000))
        var receipt = Receipt(.delivered, conversation: "c1")
        receipt.undated = "started_at is in the future"
        world.server.answerOnce(receipt)
        await world.deliver()
        #expect(world.said.contains(.undated("started_at is in the future")))
        #expect(joined(world.server.chunks) == samples(17_000))
    }

    @Test func `asks for another conversation when the server has one of that name that is over`() async throws {
        let world = try RecorderWorld()
        world.server.takeNames()
        try await record(world, samples(17_000))
        world.server.answer(Receipt(.rejected(status: 409), detail: "it is finished"))
        await world.deliver()
        #expect(world.server.proposed.count == 2 && Set(world.server.proposed).count == 2)
        #expect(world.server.finished == world.server.proposed.suffix(1))
        #expect(!world.said.contains { if case .rejected = $0 { true } else { false } })
    }

    @Test func `leaves a recording alone that another process has open`() async throws {
        let world = try RecorderWorld()
        _ = try await world.listen()
        #expect(try RecorderWorld(path: world.spool.path).spool.open().isEmpty)
        world.recorder.stop()
    }

    @Test func `reads a log whose last line is torn, wherever it is`() async throws {
        let world = try RecorderWorld()
        let microphone = try await world.listen()
        microphone.say(samples(40_000))
        let name = try #require(world.left.first)
        let log = try Data(contentsOf: URL(filePath: "\(world.spool.path)/\(name)/log"))
        let lines = log.split(separator: 0x0A).count
        var histories: Set<Int> = []
        for count in 1...log.count {
            guard let history = RecordingHistory(log: Array(log.prefix(count)), overlap: SampleCount(1_600)) else { continue }
            histories.insert(history.waiting.count)
            #expect(history.origin.server == "http://server")
        }
        #expect(lines == 4 && histories == [0, 1, 2])
        world.recorder.stop()
    }
}
