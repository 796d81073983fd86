import HarkenTesting
import RecordingAssembly
import Speech
import Testing

@Suite struct `A chunk that comes` {
    @Test(arguments: [
        (KnownChunk?.none, RecordingState.open, ChunkVerdict.new), (nil, .finishing, .closed), (nil, .finished, .closed),
        (KnownChunk(hash: "h", isAccepted: true), .open, .duplicate), (KnownChunk(hash: "h", isAccepted: true), .finished, .duplicate),
        (KnownChunk(hash: "h", isAccepted: false), .open, .underWay), (KnownChunk(hash: "h", isAccepted: false), .finishing, .underWay),
        (KnownChunk(hash: "x", isAccepted: true), .open, .mismatch), (KnownChunk(hash: "x", isAccepted: false), .finished, .mismatch),
    ])
    func `is what it is by what is known of it`(known: KnownChunk?, state: RecordingState, verdict: ChunkVerdict) {
        #expect(ChunkVerdict.of("h", known: known, in: state) == verdict)
    }

    @Test func `is charged for the time that no other covers`() {
        func added(_ start: Double, _ end: Double, _ others: [(Double, Double)]) -> Duration {
            UniqueTime.added(by: .seconds(start)..<Duration.seconds(end), to: others.map { .seconds($0.0)..<Duration.seconds($0.1) })
        }
        #expect(added(0, 15, []) == .seconds(15))
        #expect(added(14.5, 29.5, [(0, 15)]) == .seconds(14.5))
        #expect(added(14.5, 29.5, [(29, 44), (0, 15)]) == .seconds(14))
        #expect(added(0, 15, [(0, 15)]) == .zero)
        #expect(added(0, 15, [(2, 4), (3, 5), (3, 4), (20, 30)]) == .seconds(12))
    }

    @Test func `costs the same in all in whatever order chunks come`() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<200 {
            let chunks = (0..<8).map { _ in
                let start = Int.random(in: 0..<60, using: &generator)
                return Duration.seconds(start)..<Duration.seconds(start + Int.random(in: 1...20, using: &generator))
            }
            func total(_ chunks: [Range<Duration>]) -> Duration {
                chunks.indices.reduce(.zero) { $0 + UniqueTime.added(by: chunks[$1], to: Array(chunks[..<$1])) }
            }
            #expect(total(chunks) == total(chunks.shuffled(using: &generator)))
        }
    }
}

@Suite struct `The rate limiter` {
    private let policy = RateLimiter.Policy("p", limit: 3, window: .seconds(60))
    private let start = Instant.now

    @Test func `allows so many in a window, and says when the next begins`() {
        var limiter = RateLimiter()
        let waits = [0.0, 10, 20, 30, 59.5, 60, 61].map { limiter.take(policy, by: ID("ann"), now: start + .seconds($0)) }
        #expect(waits == [nil, nil, nil, .seconds(30), .seconds(0.5), nil, nil])
    }

    @Test func `counts everybody and every policy by themselves`() {
        var limiter = RateLimiter()
        let other = RateLimiter.Policy("q", limit: 1)
        let asked = [(policy, "ann"), (policy, "ann"), (policy, "ann"), (policy, "bob"), (other, "ann"), (policy, "ann")]
        #expect(asked.map { limiter.take($0, by: ID($1), now: start) == nil } == [true, true, true, true, true, false])
    }

    @Test func `is boosted but for what is exempt, and never to nothing`() {
        let limiter = RateLimiter(.init(boost: 0.1, exempt: ["q"]))
        #expect(limiter.limit(of: policy) == 1)
        #expect(limiter.limit(of: RateLimiter.Policy("q", limit: 5)) == 5)
        #expect(RateLimiter(.init(boost: 2)).limit(of: policy) == 6)
    }

    @Test func `rejects nobody as a shadow`() {
        var limiter = RateLimiter(.init(isShadow: true))
        #expect((0..<10).allSatisfy { _ in limiter.take(policy, by: ID("ann"), now: start) == nil })
    }
}
