import Continuity
@testable import Live
import HarkenTesting
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `The health of engines that sessions share` {
    private static let gone = EngineError.unavailable("gone")
    private static let deepgram = EngineName("deepgram")

    /// Sessions that are told, and an engine that is tried.
    private final class Sessions: EngineHealthObserver {
        private let answers: Mutex<[EngineError?]>
        private let heard = Mutex<[String]>([])
        private let tries = Atomic<Int>(0)

        /// - Parameter answers: what the engine says when it is tried; at last it is well.
        init(_ answers: [EngineError?] = []) { self.answers = Mutex(answers) }

        func tell(_ account: EngineHealth.Account, isAvailable: Bool) {
            heard.withLock { $0.append("\(account.engine)\(account.isOperators ? "" : " by own key") \(isAvailable ? "answers" : "is left alone")") }
        }

        func probe(_ engine: EngineName) async -> EngineError? {
            tries.add(1, ordering: .relaxed)
            return answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }

        var tried: Int { tries.load(ordering: .relaxed) }

        /// All that was told, once it is so much.
        func told(_ count: Int) async throws -> [String] {
            try await until { heard.withLock({ $0.count }) >= count }
            return heard.withLock { $0 }
        }
    }

    private let clock = HeldClock()

    private func health(_ sessions: Sessions) throws -> EngineHealth {
        let rule = Breaker.Rule(shortest: .seconds(20), longest: .seconds(20))
        let health = try EngineHealth(rule: rule, now: { [clock] in clock.now }, sleep: { [clock] in try await clock.sleep(until: $0) })
        health.serve(sessions)
        return health
    }

    private func run(_ outcome: RecognitionAttempt.Outcome, _ kind: RecognitionAttempt.Kind = .stream, slowest: Duration? = nil) -> RecognitionAttempt
    {
        let now = Instant.now
        return RecognitionAttempt(
            kind, engine: Self.deepgram, model: nil, audio: .seconds(1), start: now, slowest: slowest, end: now, outcome: outcome)
    }

    @Test func `is looked at again when another gateway says that an engine failed`() async throws {
        let sessions = Sessions([nil, Self.gone])
        let health = try health(sessions)
        let account = health.account(Self.deepgram, key: nil)
        await health.suspect(Self.deepgram)
        #expect(health.isAvailable(account), "the engine answers this gateway")
        await health.suspect(Self.deepgram)
        #expect(!health.isAvailable(account))
        #expect(try await sessions.told(1) == ["deepgram is left alone"])
        await health.suspect(Self.deepgram)
        #expect(sessions.tried == 2, "what is known is not tried")
    }

    @Test func `is told to all, and again when the engine answers`() async throws {
        let sessions = Sessions([Self.gone, Self.gone])
        let health = try health(sessions)
        let account = health.account(Self.deepgram, key: nil)
        health.ran(run(.failed(Self.gone)), by: account)
        health.ran(run(.connectTimedOut), by: account)
        // It does not answer after its first two rests.
        for tries in 1...3 {
            #expect(!health.isAvailable(account))
            try await until {
                clock.advance(by: .seconds(5))
                return sessions.tried == tries
            }
        }
        #expect(try await sessions.told(2) == ["deepgram is left alone", "deepgram answers"])
        #expect(health.isAvailable(account))
        #expect(sessions.tried == 3)
    }

    @Test(arguments: [RecognitionAttempt.Outcome.givenUp(.stalled), .completed, .cancelled, .declined, .failed(.badRequest("no"))])
    func `is not touched by what may be no fault of the engine's`(outcome: RecognitionAttempt.Outcome) throws {
        let health = try health(Sessions())
        let account = health.account(Self.deepgram, key: nil)
        health.ran(run(outcome), by: account)
        #expect(health.isAvailable(account))
    }

    @Test func `does not suffer from recordings and repairs, which go elsewhere`() throws {
        let health = try health(Sessions())
        let account = health.account(Self.deepgram, key: nil)
        for kind in [RecognitionAttempt.Kind.repair, .recovery, .recording, .shadow] { health.ran(run(.failed(Self.gone), kind), by: account) }
        #expect(health.isAvailable(account))
    }

    @Test func `is bad once a stall is known to be a fault`() throws {
        let health = try health(Sessions())
        let account = health.account(Self.deepgram, key: nil)
        health.failed(account, .timedOut("was sent speech and said nothing"))
        #expect(!health.isAvailable(account))
    }

    @Test func `is each key's own, and a caller's key is never tried in the background`() async throws {
        let sessions = Sessions()
        let health = try health(sessions)
        let operators = health.account(Self.deepgram, key: nil), own = health.account(Self.deepgram, key: "mine")
        #expect(own == health.account(Self.deepgram, key: "mine"))
        #expect(own != health.account(Self.deepgram, key: "yours") && own != operators)
        #expect(!"\(own)".contains("mine") && !String(reflecting: own).contains("mine"))
        health.ran(run(.failed(Self.gone)), by: own)
        #expect(!health.isAvailable(own))
        #expect(health.isAvailable(operators) && health.isAvailable(health.account(Self.deepgram, key: "yours")))
        // The rest is spread by a quarter.
        clock.advance(by: .seconds(25))
        #expect(try await sessions.told(2) == ["deepgram by own key is left alone", "deepgram by own key answers"])
        #expect(health.isAvailable(own))
        #expect(sessions.tried == 0)
    }

    @Test func `is kept of so many callers' keys and no more`() throws {
        let health = try health(Sessions())
        let operators = health.account(Self.deepgram, key: nil)
        health.lagged(operators, by: .seconds(1))
        for number in 0..<EngineHealth.maxOwnKeys + 5 { health.lagged(health.account(Self.deepgram, key: "\(number)"), by: .seconds(1)) }
        #expect(health.count == EngineHealth.maxOwnKeys + 1)
    }

    @Test func `knows how slow an engine is from streams that were well, and from those that answered too late`() throws {
        let health = try health(Sessions())
        let account = health.account(Self.deepgram, key: nil)
        #expect(health.slowness(account) == nil)
        health.ran(run(.completed, slowest: .seconds(1)), by: account)
        health.ran(run(.cancelled, slowest: .seconds(2)), by: account)
        health.ran(run(.failed(.badRequest("no")), slowest: .seconds(9)), by: account)
        #expect(health.slowness(account) == .seconds(1))
        health.lagged(account, by: .seconds(4))
        #expect(health.slowness(account) == .seconds(2))
        health.lagged(account, by: .seconds(5))
        #expect(health.slowness(account) == .seconds(4))
        #expect(health.slowness(health.account(Self.deepgram, key: "mine")) == nil)
    }
}
