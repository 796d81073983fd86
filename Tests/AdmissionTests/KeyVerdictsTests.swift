import Admission
import Speech
import Store
import Synchronization
import Testing

@Suite struct `Verdicts on keys` {
    private let store = ScriptedKeys()
    private let clock = HandClock()

    private func verdicts() throws -> KeyVerdicts { try KeyVerdicts(of: store) }

    @Test func `are wrong until the store was asked`() async throws {
        let verdicts = try verdicts()
        store.answer(.success(.valid(ScriptedKeys.grant)))
        #expect(verdicts.verdict(on: "hk_a") == .unknown)
        await verdicts.load("hk_a")
        #expect(verdicts.verdict(on: "hk_a") == .valid(ScriptedKeys.grant))
        #expect(verdicts.verdict(on: "hk_b") == .unknown)
        #expect(verdicts.verdict(on: ID<AccessKey>("hk_a")) == .unknown)
    }

    @Test func `follow a key that is revoked`() async throws {
        let verdicts = try verdicts()
        store.answer(.success(.valid(ScriptedKeys.grant)))
        await verdicts.load("hk_a")
        store.answer(.success(.revoked))
        await verdicts.load("hk_a")
        #expect(verdicts.verdict(on: "hk_a") == .revoked)
    }

    @Test func `are not kept of wrong keys`() async throws {
        let verdicts = try verdicts()
        store.answer(.success(.unknown))
        for number in 0..<5_000 { await verdicts.load("hk_\(number)") }
        #expect(verdicts.count == 0)
        store.answer(.failure(.busy(path: "x")))
        for number in 0..<5_000 { await verdicts.load("hk_\(number)") }
        #expect(verdicts.count == 0)
    }

    @Test func `are dropped when many others have come`() async throws {
        let verdicts = try KeyVerdicts(of: store, clock: { [clock] in clock.now })
        store.answer(.success(.valid(ScriptedKeys.grant)))
        for number in 0..<900 { await verdicts.load("hk_\(number)") }
        clock.advance(by: KeyVerdicts.lifetime)
        for number in 900..<1_001 { await verdicts.load("hk_\(number)") }
        #expect(verdicts.count == 101)
    }

    @Test func `tell a store that cannot be read from a wrong key`() async throws {
        let verdicts = try KeyVerdicts(of: store, clock: { [clock] in clock.now })
        store.answer(.success(.valid(ScriptedKeys.grant)))
        await verdicts.load("hk_a")
        await verdicts.load("hk_b")
        store.answer(.failure(.busy(path: "x")))
        await verdicts.load("hk_a")
        #expect(verdicts.verdict(on: "hk_a") == nil)
        #expect(verdicts.verdict(on: "hk_b") == .valid(ScriptedKeys.grant))
        clock.advance(by: KeyVerdicts.doubt)
        #expect(verdicts.verdict(on: "hk_a") == .unknown)
    }

    @Test func `are of the load that began last`() async throws {
        let verdicts = try verdicts()
        let gate = store.hold(.success(.valid(ScriptedKeys.grant)))
        async let earlier: Void = verdicts.load("hk_a")
        await gate.reached()
        store.answer(.success(.unknown))
        await verdicts.load("hk_a")
        gate.open()
        await earlier
        #expect(verdicts.verdict(on: "hk_a") == .unknown)
        #expect(verdicts.count == 0)
    }

    @Test func `know of the first key, and do not ask again`() async throws {
        let verdicts = try verdicts()
        #expect(!verdicts.isEmpty, "nobody knows yet")
        store.isKeyless.withLock { $0 = .success(true) }
        await verdicts.loadExistence()
        #expect(verdicts.isEmpty && verdicts.mayBeEmpty)
        store.isKeyless.withLock { $0 = .failure(.busy(path: "x")) }
        await verdicts.loadExistence()
        #expect(!verdicts.isEmpty && verdicts.mayBeEmpty, "a store that cannot be read counts as having keys")
        store.isKeyless.withLock { $0 = .success(false) }
        await verdicts.loadExistence()
        #expect(!verdicts.isEmpty && !verdicts.mayBeEmpty)
    }

    @Test func `are not asked for of texts that are too long`() async throws {
        let verdicts = try verdicts()
        store.answer(.success(.valid(ScriptedKeys.grant)))
        let text = String(repeating: "a", count: AccessKey.maxTextLength + 1)
        await verdicts.load(text)
        #expect(verdicts.verdict(on: text) == .unknown)
        #expect(verdicts.count == 0)
    }
}

private final class HandClock: Sendable {
    private let time = Mutex(Instant.now)

    var now: Instant { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// A key store that gives the answer that the test has set.
final class ScriptedKeys: AccessKeyStore {
    static let grant = AccessGrant(key: ID("key"), user: ID("user"), scopes: [], credit: nil)

    /// A load that waits for the test.
    final class Gate: Sendable {
        private let arrived: AsyncStream<Void>
        private let arrival: AsyncStream<Void>.Continuation
        private let opened: AsyncStream<Void>
        private let opening: AsyncStream<Void>.Continuation

        init() {
            (arrived, arrival) = AsyncStream.makeStream()
            (opened, opening) = AsyncStream.makeStream()
        }

        func open() { opening.finish() }

        func reached() async { for await _ in arrived {} }

        func pass() async {
            arrival.finish()
            for await _ in opened {}
        }
    }

    private struct Answer {
        var verdict: Result<KeyVerdict, StoreError> = .success(.unknown)
        var gate: Gate?
    }

    private let next = Mutex(Answer())
    let isKeyless = Mutex<Result<Bool, StoreError>>(.success(false))

    func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) {}
    func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool { false }

    func answer(_ verdict: Result<KeyVerdict, StoreError>) { next.withLock { $0 = Answer(verdict: verdict) } }

    func hold(_ verdict: Result<KeyVerdict, StoreError>) -> Gate {
        let gate = Gate()
        next.withLock { $0 = Answer(verdict: verdict, gate: gate) }
        return gate
    }

    func isEmpty() async throws(StoreError) -> Bool { try isKeyless.withLock { $0 }.get() }

    func verify(_ presented: String) async throws(StoreError) -> KeyVerdict {
        let answer = next.withLock { $0 }
        await answer.gate?.pass()
        return try answer.verdict.get()
    }

    func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict { try await verify(key.rawValue) }

    func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] { [] }
}

extension KeyVerdicts {
    fileprivate func load(_ text: String) async { await load(text, code(of: text)) }

    fileprivate func verdict(on text: String) -> KeyVerdict? { verdict(on: code(of: text)) }
}
