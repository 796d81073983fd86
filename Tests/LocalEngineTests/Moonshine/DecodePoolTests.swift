import HarkenTesting
import Speech
import Dispatch
import Synchronization
import Testing

@testable import LocalEngine

@Suite(.hangLimit) struct `Decode pool` {
    /// What happened, in order, from any thread.
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    @Test func `prerecorded work gives way to live work between tokens`() async {
        let pool = DecodePool(threads: 1)
        let log = Log()
        _ = await pool.run(.prerecorded) { permit in
            log.add("token 1")
            pool.submit(.live(deadline: .now)) { _ in log.add("live") }
            pool.submit(.prerecorded) { _ in log.add("other file") }
            _ = permit.mayContinue()
            log.add("token 2")
        }
        _ = await pool.run(.prerecorded) { _ in }
        #expect(log.all == ["token 1", "live", "token 2", "other file"])
    }

    @Test func `live work gives way to live work whose deadline is nearer, and to no other`() async {
        let pool = DecodePool(threads: 1)
        let log = Log()
        let now = Instant.now
        _ = await pool.run(.live(deadline: now + .seconds(2))) { permit in
            log.add("token 1")
            pool.submit(.live(deadline: now + .seconds(2))) { _ in log.add("as near") }
            pool.submit(.interim(deadline: now)) { _ in log.add("interim") }
            pool.submit(.live(deadline: now + .seconds(1))) { permit in
                log.add("nearer, token 1")
                pool.submit(.live(deadline: now)) { _ in log.add("nearest") }
                _ = permit.mayContinue()
                log.add("nearer, token 2")
            }
            _ = permit.mayContinue()
            log.add("token 2")
        }
        _ = await pool.run(.prerecorded) { _ in }
        #expect(log.all == ["token 1", "nearer, token 1", "nearest", "nearer, token 2", "token 2", "interim", "as near"])
    }

    @Test func `an interim gives way to live work between tokens, and not to another interim`() async {
        let pool = DecodePool(threads: 1)
        let log = Log()
        _ = await pool.run(.interim(deadline: .now + .seconds(1))) { permit in
            log.add("token 1")
            pool.submit(.interim(deadline: .now)) { _ in log.add("other interim") }
            pool.submit(.live(deadline: .now + .seconds(9))) { _ in log.add("live") }
            _ = permit.mayContinue()
            log.add("token 2")
        }
        _ = await pool.run(.prerecorded) { _ in }
        #expect(log.all == ["token 1", "live", "token 2", "other interim"])
    }

    @Test func `work that is cancelled while it waits is never called`() async {
        let pool = DecodePool(threads: 1)
        let log = Log()
        let cancelled = await pool.run(.prerecorded) { _ in
            let job = pool.submit(.live(deadline: .now)) { _ in log.add("cancelled") }
            return job.cancel()
        }
        _ = await pool.run(.prerecorded) { _ in }
        #expect(cancelled == true)
        #expect(log.all.isEmpty)
        #expect(pool.waitingCount == 0)
    }

    @Test func `work in hand notices that it is cancelled`() async {
        let pool = DecodePool(threads: 2)
        let stopped = await pool.run(.prerecorded) { _ in
            let begun = DispatchSemaphore(value: 0)
            let ended = DispatchSemaphore(value: 0)
            let job = pool.submit(.live(deadline: .now)) { permit in
                begun.signal()
                while permit.mayContinue() {}
                ended.signal()
            }
            begun.wait()
            let neverCalled = job.cancel()
            ended.wait()
            return !neverCalled
        }
        #expect(stopped == true)
    }

    @Test func `a live reading gives its outcome, or nothing when it was cancelled`() async {
        let pool = DecodePool(threads: 1)
        let log = Log()
        let failure = InferenceError.missingFile("model.ort")
        @Sendable func note(_ outcome: Result<Int, EngineError>) { log.add("\(outcome)") }
        let right = Result<Int, EngineError>.success(1), wrong = Result<Int, EngineError>.failure(.unavailable(failure.description))
        _ = pool.live(within: .seconds(9), { _ in 1 }, note)
        _ = pool.live(within: .seconds(9), { _ throws(InferenceError) -> Int? in throw failure }, note)
        _ = pool.live(within: .seconds(9), { _ -> Int? in nil }, note)
        _ = await pool.run(.prerecorded) { _ in pool.live(within: .seconds(9), { _ in 2 }, note)() }
        _ = await pool.run(.prerecorded) { _ in }
        #expect(log.all == ["\(right)", "\(wrong)"])
    }

    @Test func `a cancelled task gets nil for work that waits, at once`() async {
        let pool = DecodePool(threads: 1)
        let release = DispatchSemaphore(value: 0)
        pool.submit(.prerecorded) { _ in release.wait() }
        let task = Task { await pool.run(.prerecorded) { _ in 1 } }
        task.cancel()
        #expect(await task.value == nil)
        release.signal()
    }

    @Test func `works on as many threads as it was made with`() async {
        let pool = DecodePool(threads: 3)
        let together = DispatchSemaphore(value: 0)
        // Each of the three waits for the two others: this ends only when all run at once.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    _ = await pool.run(.prerecorded) { _ in
                        for _ in 0..<2 { together.signal() }
                        for _ in 0..<2 { together.wait() }
                    }
                }
            }
        }
        #expect(pool.waitingCount == 0)
    }

    @Test func `long work leaves a thread free while a live stream is open`() {
        let pool = DecodePool(threads: 2)
        let begun = DispatchSemaphore(value: 0), release = DispatchSemaphore(value: 0)
        let long = DispatchSemaphore(value: 0), short = DispatchSemaphore(value: 0)
        pool.liveStreamOpened()
        pool.submit(.prerecorded, isLong: true) { _ in
            begun.signal()
            release.wait()
        }
        begun.wait()
        pool.submit(.prerecorded, isLong: true) { _ in long.signal() }
        pool.submit(.prerecorded) { _ in short.signal() }
        short.wait()
        #expect(pool.waitingCount == 1, "the long work waits, and the short work overtook it")
        pool.liveStreamClosed()
        long.wait()
        release.signal()
    }

    @Test func `interims leave a thread free for other live work`() {
        let pool = DecodePool(threads: 2)
        let begun = DispatchSemaphore(value: 0), release = DispatchSemaphore(value: 0)
        let second = DispatchSemaphore(value: 0), answered = DispatchSemaphore(value: 0)
        pool.submit(.interim(deadline: .now)) { _ in
            begun.signal()
            release.wait()
        }
        begun.wait()
        pool.submit(.interim(deadline: .now)) { _ in second.signal() }
        pool.submit(.live(deadline: .now + .seconds(9))) { _ in answered.signal() }
        answered.wait()
        #expect(pool.waitingCount == 1, "the second interim waits, and the answer overtook it")
        release.signal()
        second.wait()
    }

    @Test func `a recording that gives way leaves a thread free of interims`() {
        let pool = DecodePool(threads: 2)
        let begun = DispatchSemaphore(value: 0), release = DispatchSemaphore(value: 0), second = DispatchSemaphore(value: 0)
        pool.submit(.interim(deadline: .now)) { _ in
            begun.signal()
            release.wait()
        }
        begun.wait()
        pool.submit(.interim(deadline: .now)) { _ in second.signal() }
        let asked = DispatchSemaphore(value: 0)
        pool.submit(.prerecorded) { permit in
            _ = permit.mayContinue()
            asked.signal()
        }
        asked.wait()
        #expect(pool.waitingCount == 1, "the second interim waits on")
        release.signal()
        second.wait()
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (8, 7)])
    func `interims at once are limited, but never to none`(threads: Int, limit: Int) {
        #expect(DecodePool.interimLimit(threads: threads) == limit)
    }

    @Test(arguments: [(1, false, 4), (1, true, 1), (2, false, 4), (2, true, 1), (3, true, 2), (8, true, 4), (16, false, 8), (16, true, 8)])
    func `long work at once is limited, but never to none`(threads: Int, isLive: Bool, limit: Int) {
        #expect(DecodePool.longLimit(threads: threads, isLive: isLive) == limit)
    }
}
