import Speech
import Glibc
import HarkenTesting
import Net
import Synchronization
import Testing

@Suite struct `Event loop` {
    private actor Resident {
        let loop: Loop
        private(set) var count = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        init(on loop: Loop) { self.loop = loop }

        func add() -> Bool {
            count += 1
            return loop.isCurrent
        }

        func call(_ other: Resident) async -> Bool { await other.add() }
    }

    private func withLoop(_ body: (Loop) async throws -> Void) async throws {
        let loop = try Loop()
        defer { loop.shutdown() }
        try await body(loop)
    }

    @Test func `does work on its own thread, in order`() async throws {
        try await withLoop { loop in
            let order = Mutex([Int]())
            for number in 0..<1000 { loop.execute { order.withLock { $0.append(number) } } }
            #expect(await loop.run { loop.isCurrent } == true)
            #expect(order.withLock { $0 } == Array(0..<1000))
            #expect(!loop.isCurrent)
        }
    }

    @Test func `takes work from many threads and loses none`() async throws {
        try await withLoop { loop in
            let numbers = Mutex([Int]())
            await withTaskGroup { group in
                for sender in 0..<8 {
                    group.addTask { @Sendable in
                        for number in 0..<500 { loop.execute { numbers.withLock { $0.append(sender * 500 + number) } } }
                    }
                }
            }
            await loop.run {}
            #expect(numbers.withLock { $0 }.sorted() == Array(0..<4000))
        }
    }

    @Test func `is the executor of actors, which may be entered without waiting`() async throws {
        try await withLoop { loop in
            let a = Resident(on: loop)
            let b = Resident(on: loop)
            #expect(await a.add())
            #expect(await a.call(b))
            let count = await loop.run { b.assumeIsolated { $0.count } }
            #expect(count == 1)
        }
    }

    @Test func `fires timers in the order of their times, and none that was cancelled`() async throws {
        try await withLoop { loop in
            let fired = await withCheckedContinuation { continuation in
                loop.execute {
                    var fired: [Int] = []
                    let start = loop.now
                    var cancelled: [Loop.Timer] = []
                    for delay in [30, 10, 20, 10, 5, 25] {
                        loop.schedule(at: start + .milliseconds(delay)) { fired.append(delay) }
                        cancelled.append(loop.schedule(at: start + .milliseconds(delay + 1)) { fired.append(-delay) })
                    }
                    for timer in cancelled { timer.cancel() }
                    loop.schedule(at: start + .milliseconds(40)) { continuation.resume(returning: fired) }
                }
            }
            #expect(fired == [5, 10, 10, 20, 25, 30])
        }
    }

    @Test func `fires a timer at its time, not before`() async throws {
        let clock = HeldClock()
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        let fired = Mutex(0)
        await loop.run { _ = loop.schedule(at: loop.now + .milliseconds(20)) { fired.withLock { $0 += 1 } } }
        for (step, count) in [(Duration.milliseconds(20) - .nanoseconds(1), 0), (.nanoseconds(1), 1), (.seconds(9), 1)] {
            clock.advance(by: step)
            // Timers come after the jobs of a batch: those of the first one have run when the second one does.
            for _ in 0..<2 { await loop.run {} }
            #expect(fired.withLock { $0 } == count)
        }
    }

    @Test func `goes on with other work while a timer sets itself for a time that is over`() async throws {
        let clock = HeldClock()
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        let fired = Mutex(0)
        await loop.run {
            func again() {
                fired.withLock { $0 += 1 }
                loop.schedule(at: loop.now - .seconds(1)) { again() }
            }
            again()
        }
        try await until { fired.withLock { $0 >= 100 } }
        #expect(await loop.run { loop.isCurrent } == true)
    }

    @Test func `fires no timer that another one cancels in the same batch`() async throws {
        let clock = HeldClock()
        let loop = try Loop { clock.now }
        defer { loop.shutdown() }
        let fired = Mutex([Int]())
        await loop.run {
            var later: Loop.Timer?
            loop.schedule(at: loop.now + .milliseconds(1)) {
                fired.withLock { $0.append(1) }
                later?.cancel()
            }
            later = loop.schedule(at: loop.now + .milliseconds(2)) { fired.withLock { $0.append(2) } }
        }
        clock.advance(by: .milliseconds(2))
        for _ in 0..<2 { await loop.run {} }
        #expect(fired.withLock { $0 } == [1])
    }

    @Test func `hears what came while it was held up before it calls it late`() throws {
        let clock = HeldClock()
        let server = try TestServer(clock: clock, .echo) { $0.headTimeout = .milliseconds(50) }
        let client = try server.client()
        #expect(eventually { server.server.connectionCount == 1 })
        try server.whileHeld {
            try client.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
            try client.delivered()
            clock.advance(by: .milliseconds(100))
        }
        #expect(try client.receiveAnswer().status == 200)
    }

    @Test func `does end-of-batch work once, after the jobs of the batch`() async throws {
        try await withLoop { loop in
            let order = await withCheckedContinuation { continuation in
                loop.execute {
                    var order: [String] = []
                    loop.atEndOfBatch { order.append("end") }
                    loop.soon {
                        order.append("job")
                        loop.soon { order.append("job of job") }
                    }
                    loop.schedule(at: loop.now + .milliseconds(5)) { continuation.resume(returning: order) }
                }
            }
            #expect(order == ["job", "job of job", "end"])
        }
    }

    @Test func `runs what was queued before it was shut down, and rejects what comes later`() async throws {
        let loop = try Loop()
        let done = Signal<Int>()
        loop.execute { done.send(1) }
        loop.shutdown()
        #expect(done.next() == 1)
        // The last work of a loop may still run: it takes what comes meanwhile.
        #expect(eventually { !loop.execute {} })
        #expect(!loop.execute { done.send(2) })
        #expect(done.isEmpty)
    }

    @Test func `lets nobody wait for work that it was given around its end`() async throws {
        let loop = try Loop()
        let made = await loop.run { LoopBound(7, on: loop) }
        let value = try #require(made)
        let isHeld = Signal<Void>(), goOn = Signal<Void>()
        loop.execute {
            isHeld.send()
            _ = goOn.next()
        }
        _ = isHeld.next()
        let ran = Mutex(0)
        // These are given to the loop while it is held; it is shut down before it gets to them.
        async let first = loop.run {
            ran.withLock { $0 += 1 }
            return true
        }
        async let second = value.run { $0 + 1 }
        loop.shutdown()
        goOn.send()
        let (one, two) = await (first, second)
        let before = ran.withLock { $0 }
        // The answer tells whether the work ran.
        #expect((one == true) == (before == 1) && (two == nil || two == 8))
        try await until { !loop.execute {} }
        #expect(await loop.run { ran.withLock { $0 += 1 } } == nil)
        #expect(await value.run { $0 + 1 } == nil)
        #expect(!value.enter { _ in ran.withLock { $0 += 1 } })
        #expect(ran.withLock { $0 } == before)
    }

    @Test func `runs the work that its last work and its last sockets give it`() async throws {
        let loop = try Loop()
        let order = Mutex([Int]())
        let done = Signal<Void>()
        loop.execute {
            loop.shutdown()
            loop.execute {
                order.withLock { $0.append(1) }
                loop.atEndOfBatch {
                    loop.execute {
                        order.withLock { $0.append(2) }
                        done.send()
                    }
                }
            }
        }
        #expect(done.next() != nil)
        #expect(order.withLock { $0 } == [1, 2])
    }
}
