import Conversations
import Foundation
import HarkenTesting
import Speech
@testable import Store
import Synchronization
import Testing

@Suite(.needs(PostgresServer.programs != nil, "the package postgresql is not installed"), .hangLimit)
struct `Several gateways on one database` {
    private let folder = TemporaryFolder()
    private let ann = ID<User>("ann")
    private let now = UnixTime(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1_000))  // real time: as the database has it

    /// A gateway with a data directory of its own.
    private struct Gateway {
        let installation: PostgresInstallation
        let stores: Stores
        let replicas: any ReplicaStore

        var id: String { replicas.id }
    }

    private func gateway(_ name: String) async throws -> Gateway {
        let directory = try DataDirectory(creating: folder.path(of: name))
        let installation = try PostgresInstallation(at: StoreKind.address(of: folder), in: directory, isGateway: true)
        let replicas = try #require(installation.replicas)
        try await replicas.join(isAlone: true)
        return Gateway(installation: installation, stores: installation.stores(now: { .at(0) }), replicas: replicas)
    }

    /// Makes a gateway dead for the others, as one that was killed some time ago.
    private func bury(_ gateway: Gateway) throws {
        let done = try PostgresServer.shared?.run("DELETE FROM replicas WHERE id = '\(gateway.id)'", in: StoreKind.name(of: folder))
        #expect(done?.status == 0)
    }

    private func job(_ name: String) -> TranscriptionJob {
        TranscriptionJob(
            id: ID(name), dialect: "deepgram", user: ann, status: .queued, created: .at(1), request: "", audio: "up", engines: [], signingKey: nil)
    }

    private func claimed(_ gateway: Gateway, now: UnixTime) async throws -> TranscriptionJob? {
        try await gateway.stores.jobs.claim(
            JobClaimTerms(.here, held: [:], below: nil), JobLease(owner: gateway.id, until: now + .seconds(60)), now: now)
    }

    @Test func `leaves a job to a gateway that lives, and takes it up when that is dead`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        _ = try await one.stores.jobs.add(job("a"), most: 9, hasNotice: true, lease: nil)
        #expect(try await claimed(one, now: .at(10))?.id == ID("a"))
        try await two.stores.jobs.endLeases(except: two.id)
        #expect(try await claimed(two, now: .at(11)) == nil, "its owner lives")
        try bury(one)
        try await two.stores.jobs.endLeases(except: two.id)
        #expect(try await claimed(two, now: .at(12))?.id == ID("a"))
    }

    @Test func `leaves the notice of a job to the gateway that has ended it`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        _ = try await one.stores.jobs.add(job("a"), most: 9, hasNotice: true, lease: nil)
        _ = try await claimed(one, now: .at(10))
        #expect(try await one.stores.jobs.fail(ID("a"), "no", now: .at(11)))
        #expect(try await two.stores.jobs.unannounced() == [])
        #expect(try await one.stores.jobs.unannounced().map(\.id) == [ID("a")])
        try bury(one)
        #expect(try await two.stores.jobs.unannounced().map(\.id) == [ID("a")])
    }

    private func conversation(_ name: String) -> Conversation {
        Conversation(id: ID(name), user: ann, source: "omi", device: nil, language: nil, started: .at(1), finished: .at(1))
    }

    @Test func `leaves a conversation to the gateway that speaks in it`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        #expect(try await one.stores.conversations.begin(conversation("c")))
        #expect(try await two.stores.conversations.standing(.inProgress, since: .at(9), limit: 9).isEmpty)
        #expect(try await !two.stores.conversations.mayTakeUp(ID("c"), of: ann))
        // A session at the second gateway goes on with it.
        #expect(try await two.stores.conversations.join(SessionPart(session: ID("s"), conversation: ID("c"), begins: .zero), of: ann))
        #expect(try await !one.stores.conversations.mayTakeUp(ID("c"), of: ann))
        #expect(try await two.stores.conversations.mayTakeUp(ID("c"), of: ann))
        try bury(two)
        #expect(try await one.stores.conversations.standing(.inProgress, since: .at(9), limit: 9).map(\.conversation.id) == [ID("c")])
    }

    private func session(_ gateway: Gateway, part: String = "s", base: Duration = .zero, earlier: OpenLiveSession.Earlier? = nil) -> OpenLiveSession {
        OpenLiveSession(
            id: ID("s"), user: ann, part: ID(part), base: base, earlier: earlier,
            started: now)
    }

    @Test func `gives a live session to the gateway that its client comes to`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        try await one.replicas.open(session(one))
        #expect(try await two.replicas.take(ID("s"), of: ID("bob"), isForced: true) == .none, "it is another user's")
        let left = try await one.replicas.take(ID("s"), of: ann, isForced: false)
        #expect(left == .taken(part: ID("s"), base: .zero), "a request that has failed may have left it here")
        #expect(try await two.replicas.take(ID("s"), of: ann, isForced: false) == .asked)
        #expect(try await one.replicas.beat([]).wanted == [ID("s")])
        try await one.replicas.release(ID("s"))
        #expect(try await two.replicas.take(ID("s"), of: ann, isForced: false) == .taken(part: ID("s"), base: .zero))
        try await two.replicas.open(session(two, part: "t", base: .seconds(5), earlier: .init(part: ID("s"), end: .seconds(5))))
        #expect(try await one.replicas.fate(of: ID("s"), isLate: true) == .moved(.seconds(5)))
        #expect(try await one.replicas.take(ID("s"), of: ann, isForced: true) == .taken(part: ID("t"), base: .seconds(5)))
    }

    @Test func `refuses words of a session that another gateway has taken over`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        #expect(try await one.stores.conversations.begin(conversation("c")))
        try await one.replicas.open(session(one))
        let segment = Segment(id: ID("x"), text: "hello", start: .zero, end: .seconds(1), channel: .first, engine: .local)
        var update = ConversationUpdate(ID("c"), changed: [segment], isLive: true)
        update.part = ID("s")
        #expect(try await one.stores.conversations.write(update, of: ann))
        #expect(try await one.replicas.parts() == [ID("s")])
        #expect(try await !one.replicas.hasLost(ID("s")))
        _ = try await two.replicas.take(ID("s"), of: ann, isForced: true)
        await #expect(throws: StoreError.conflict("another gateway has taken over the session")) {
            try await one.stores.conversations.write(update, of: ann)
        }
        #expect(try await one.replicas.parts() == [])
        #expect(try await one.replicas.hasLost(ID("s")))
    }

    @Test func `refuses words of a part that has ended, when the session comes back to its gateway`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        #expect(try await one.stores.conversations.begin(conversation("c")))
        try await one.replicas.open(session(one))
        _ = try await two.replicas.take(ID("s"), of: ann, isForced: true)
        try await two.replicas.open(session(two, part: "t", earlier: .init(part: ID("s"), end: .zero)))
        _ = try await one.replicas.take(ID("s"), of: ann, isForced: true)
        try await one.replicas.open(session(one, part: "u", earlier: .init(part: ID("t"), end: .zero)))
        var update = ConversationUpdate(
            ID("c"), changed: [Segment(id: ID("x"), text: "hello", start: .zero, end: .seconds(1), channel: .first, engine: .local)], isLive: true)
        update.part = ID("s")
        await #expect(throws: StoreError.self) { try await one.stores.conversations.write(update, of: ann) }
        // What the part that has ended gives up is not what its gateway has now.
        try await one.replicas.release(ID("s"))
        try await one.replicas.close(ID("s"))
        update.part = ID("u")
        #expect(try await one.stores.conversations.write(update, of: ann))
    }

    @Test func `tells the others what open sessions have used`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        let open = [
            OpenUserUsage(user: ann, key: ID("k"), audio: .seconds(12.5), cost: USDollars(hundredMillionths: 7)),
            OpenUserUsage(user: ann, key: nil, sessions: 3),
        ]
        #expect(try await one.replicas.beat(open).open == [])
        #expect(try await two.replicas.beat([]).open == open)
        #expect(try await one.replicas.beat([]).open == [])
        #expect(try await two.replicas.beat([]).open == [], "the sessions are over")
    }

    @Test func `counts a user's requests at all gateways together`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        func count(_ gateway: Gateway, _ user: ID<User>) async throws -> Duration? {
            try await gateway.replicas.count("sync", by: user, window: .seconds(3_600), most: 3)
        }
        for gateway in [one, two, one] { #expect(try await count(gateway, ann) == nil) }
        for gateway in [two, one, two] {
            let wait = try #require(try await count(gateway, ann))
            #expect(wait > .seconds(3_500) && wait <= .seconds(3_600))
        }
        #expect(try await count(two, ID("bob")) == nil, "another user has a window of their own")
        #expect(try await one.replicas.count("short", by: ann, window: .milliseconds(50), most: 1) == nil)
        // The window passes.
        try await until { try await two.replicas.count("short", by: ann, window: .milliseconds(50), most: 1) == nil }
    }

    @Test func `tells the others when the sums of a user have changed`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        let heard = Mutex<[ReplicaChange]>([])
        two.replicas.listen { change in heard.withLock { $0.append(change) } }
        try await until { heard.withLock { $0.contains(.unknown) } }
        var run = UsageRecord(
            id: ID("r"), user: ann, key: nil, engine: .local, model: nil, workload: .sync, kind: .recording, payer: .operator, started: .at(1))
        run.status = .succeeded
        run.completed = .at(2)
        try await one.stores.usage.note([run])
        try await one.stores.usage.bookAll()
        try await until { heard.withLock { $0.contains(.usage(ann)) } }
    }

    @Test func `waits for the client of a dead gateway's session, and not for ever`() async throws {
        let one = try await gateway("one")
        try await one.replicas.open(session(one))
        try bury(one)
        let again = try await gateway("one")
        #expect(try await again.replicas.fate(of: ID("s"), isLate: false) == .waits)
        #expect(try await again.replicas.fate(of: ID("s"), isLate: true) == .over)
        #expect(try await again.replicas.take(ID("s"), of: ann, isForced: true) == .none, "its journal is being recognized")
    }

    @Test func `tells the others of changes`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        let heard = Mutex<[ReplicaChange]>([])
        two.replicas.listen { change in heard.withLock { $0.append(change) } }
        try await until { heard.withLock { $0.contains(.unknown) } }
        _ = try await one.stores.jobs.add(job("a"), most: 9, hasNotice: false, lease: nil)
        #expect(try await one.stores.conversations.begin(conversation("c")))
        _ = try await one.stores.conversations.add(Person(id: ID("p"), name: "Zoë", created: .at(1)), reusing: false, of: ann)
        try await one.replicas.open(session(one))
        try await one.replicas.tell(failed: EngineName("deepgram"))
        let all: [ReplicaChange] = [.jobs, .people(ann), .engine(EngineName("deepgram"))]
        try await until { heard.withLock { heard in all.allSatisfy(heard.contains) } }
        #expect(heard.withLock { !$0.contains(.deletionBegun(ann)) })
        #expect(try await one.stores.conversations.beginDeletion(of: ann))
        try await until { heard.withLock { $0.contains(.deletionBegun(ann)) } }
        #expect(heard.withLock { !$0.contains(.deletionEnded) })
        try await one.stores.conversations.endDeletion(of: ann)
        try await until { heard.withLock { $0.contains(.deletionEnded) } }
    }

    @Test func `interrupts no attempt of another gateway`() async throws {
        let one = try await gateway("one"), two = try await gateway("two")
        let run = UsageRecord(
            id: ID("r"), user: ann, key: nil, engine: .local, model: nil, workload: .sync, kind: .recording, payer: .operator, started: .at(1))
        try await one.stores.usage.note([run])
        #expect(try await two.stores.usage.interrupt(startedBefore: nil, now: .at(2)).count == 0)
        try bury(one)
        #expect(try await two.stores.usage.interrupt(startedBefore: nil, now: .at(2)).count == 0, "its own next start knows more")
        let again = try await gateway("one")
        #expect(try await again.stores.usage.interrupt(startedBefore: nil, now: .at(2)).count == 1)
    }
}
