import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Deletion of a user's rows` {
    private let folder = TemporaryFolder()

    @Test(.hangLimit, arguments: StoreKind.allCases)
    func `takes all of one user's, in parts, and nothing of another's`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), stores = backEnd.stores(now: { .at(5) }), store = stores.conversations
        for user in [ID<User>.ann, .bob] {
            for number in 0..<50 {
                _ = try await store.begin(.of(user, "c\(number)", .said("s", "hello \(user)", at: 0)))
            }
            _ = try await store.join(SessionPart(session: ID("session-\(user)"), conversation: ID("c1"), begins: .zero, shift: .zero), of: user)
            _ = try await store.add(Person(id: ID("p1"), name: "Friend of \(user)", created: .at(0)), reusing: false, of: user)
            _ = try await store.add(
                NewVoice(id: ID("v1"), owner: .person(ID("p1")), voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: user)
            try await store.set("name", to: "\(user)", of: user)
            #expect(
                try await stores.uploads.add(Upload(id: ID("up-\(user)"), user: user, byteCount: 1, created: .at(0)), most: 10, userMost: nil)
                    == .added)
        }
        #expect(try await !store.beginDeletion(of: ID("nobody")))
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await store.deletions() == [PendingUserDeletion(user: .ann, since: .at(5), conversations: 50)])
        #expect(try await store.belongings(of: .ann).uploads == [ID("up-ann")])
        var calls = 0
        while try await store.deleteRows(of: .ann, sessions: [ID("other-session")]) { calls += 1 }
        #expect(calls > 2)
        #expect(Set(try await store.forgottenSpeech(of: nil).map(\.session)) == [ID("session-ann"), ID("other-session")])
        #expect(try await store.forgottenSpeech(of: ID("session-ann")).isAll)
        #expect(try await store.list(ConversationQuery(limit: 200), of: .ann).conversations.isEmpty)
        #expect(try await store.voices(of: .ann).isEmpty)
        #expect(try await store.people(of: .ann).isEmpty)
        #expect(try await store.settings(of: .ann).isEmpty)
        #expect(try await store.list(ConversationQuery(limit: 200), of: .bob).conversations.count == 50)
        #expect(try await store.people(of: .bob).count == 1)
        #expect(try await stores.uploads.all() == ["up-bob"])
        try await store.endDeletion(of: .ann)
        try await store.settle()
        #expect(try await store.deletions().isEmpty)
        // The name may come again, of another person.
        _ = try await store.begin(.of(.ann, "c1", .said("s", "hello", at: 0)))
        #expect(try await store.conversation(ID("c1"), of: .ann)?.segments.count == 1)
    }

    @Test(.hangLimit, arguments: StoreKind.allCases)
    func `hides the user from every reader first, and takes nothing new`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder), id = ID<Conversation>("c1")
        for user in [ID<User>.ann, .bob] {
            _ = try await store.begin(.of(user, "c1", status: .completed, .said("s", "hello \(user)")))
            _ = try await store.add(Person(id: ID("p1"), name: "Friend", created: .at(0)), reusing: false, of: user)
            _ = try await store.add(NewVoice(id: ID("v1"), voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: user)
            try await store.set("name", to: "\(user)", of: user)
        }
        #expect(try await store.beginDeletion(of: .ann))
        for (user, count) in [(ID<User>.ann, 0), (ID<User>.bob, 1)] {
            #expect(try await store.list(ConversationQuery(limit: 9), of: user).conversations.count == count)
            #expect(try await store.outlines(of: [id], of: user).count == count)
            #expect(try await store.search(SearchQuery("hello", by: .words), embedding: nil, of: user).hits.count == count)
            #expect(try await store.people(of: user).count == count)
            #expect(try await store.voices(of: user).count == count)
            #expect(try await store.settings(of: user).count == count)
        }
        #expect(try await store.users(after: nil, limit: 9).map(\.user) == [.bob])
        // What came now would be deleted with the rest.
        let refusal = StoreError.conflict("the user is being deleted; nothing is stored for the user until that is complete")
        await #expect(throws: refusal) { try await store.set("name", to: "Ann", of: .ann) }
        await #expect(throws: refusal) { _ = try await store.begin(.of(.ann, "c2", .said("s", "hello"))) }
        #expect(try await store.setText("nothing", of: ID("s"), in: id, of: .ann) == nil)
        #expect(try await store.deletions().map(\.conversations) == [1])
        #expect(try await store.isErasing())
        while try await store.deleteRows(of: .ann, sessions: []) {}
        // All is gone, but for the end that another process may have to make.
        try await store.settle()
        #expect(try await !store.isErasing())
        try await store.endDeletion(of: .ann)
        try await store.set("name", to: "Ann", of: .ann)
        #expect(try await store.settings(of: .ann) == ["name": "Ann"])
    }

    @Test(arguments: StoreKind.allCases) func `leaves what came after another process has ended it`(kind: StoreKind) async throws {
        let stores = try kind.stores(in: folder), store = stores.conversations
        _ = try await store.begin(.of(.ann, "c1", .said("s", "hello")))
        #expect(try await store.beginDeletion(of: .ann))
        while try await store.deleteRows(of: .ann, sessions: []) {}
        try await store.endDeletion(of: .ann)
        _ = try await store.begin(.of(.ann, "c2", .said("s", "hello again")))
        #expect(
            try await stores.uploads.add(Upload(id: ID("up"), user: .ann, byteCount: 1, created: .at(0)), most: 10, userMost: nil) == .added)
        #expect(try await !store.deleteRows(of: .ann, sessions: [ID("new")]))
        #expect(try await store.belongings(of: .ann).uploads == [])
        #expect(try await store.forgottenSpeech(of: nil).isEmpty)
        #expect(try await store.list(ConversationQuery(limit: 9), of: .ann).conversations.map(\.id) == [ID("c2")])
    }

    @Test(arguments: StoreKind.allCases) func `takes no job, upload or key, and shows housekeeping nothing`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), stores = backEnd.stores(now: { .at(5) }), store = stores.conversations
        let keys = try backEnd.keys(hashing: TestHashing(), now: { .at(5) })
        for user in [ID<User>.ann, .bob] {
            _ = try await store.begin(.of(user, "c1", .said("s", "hello")))
            _ = try await store.begin(.of(user, "c2", status: .inProgress, .said("s", "hello")))
        }
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await store.withoutWindows(model: "m", limit: 9).map(\.user) == [.bob])
        #expect(try await store.standing(.inProgress, since: .at(5), limit: 9).map(\.conversation.user) == [.bob])
        let refusal = StoreError.conflict("the user is being deleted; nothing is stored for the user until that is complete")
        let upload = Upload(id: ID("up"), user: .ann, byteCount: 1, created: .at(0))
        await #expect(throws: refusal) { _ = try await stores.uploads.add(upload, most: 10, userMost: nil) }
        await #expect(throws: refusal) { _ = try await stores.jobs.add(.of("a1", .ann), most: 9, hasNotice: false) }
        await #expect(throws: refusal) { _ = try await keys.create(AccessKeyRequest(user: .ann, scopes: [])) }
    }

    @Test func `revokes a key that was made while the deletion began`() async throws {
        let database = try StoreKind.sqlite.database(in: folder)
        let store = SQLConversationStore(
            in: database, audio: Blobs(in: try DataDirectory(creating: folder.path(of: "data"))).audio, now: { .at(5) })
        _ = try await store.begin(.of(.ann, "c1", .said("s", "hello")))
        #expect(try await store.beginDeletion(of: .ann))
        try await database.write { (connection) throws(StoreError) in
            try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 1)")
            try connection.run(
                "INSERT INTO access_keys (id, hash, prefix, user, scopes, created_at) VALUES ('late', randomblob(32), 'hk_', 'ann', 'listen', 1)")
        }
        while try await store.deleteRows(of: .ann, sessions: []) {}
        let revoked = try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT revoked_at FROM access_keys WHERE id = 'late'")
        }
        #expect(revoked == UnixTime.at(5).milliseconds)
    }

    @Test(.hangLimit, arguments: StoreKind.allCases)
    func `takes a long conversation and many voices in parts that other writes wait for`(kind: StoreKind) async throws {
        let database = try kind.database(in: folder)
        let store = SQLConversationStore(
            in: database, audio: Blobs(in: try DataDirectory(creating: folder.path(of: "data"))).audio, now: { .at(5) })
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = (0..<1_200).map { .said("s\($0)", "hello", at: Double($0)) }
        #expect(try await store.begin(conversation))
        for number in 0..<600 {
            _ = try await store.add(
                NewVoice(id: ID("v\(number)"), voiceprint: try .of(number % 3), evidence: .seconds(9), created: .at(0)), of: .ann)
        }
        func rows() async throws -> [Int64] {
            try await database.read { (connection) throws(StoreError) in
                [
                    try connection.integer("SELECT count(*) FROM segments") ?? 0, try connection.integer("SELECT count(*) FROM voices") ?? 0,
                    try connection.integer("SELECT count(*) FROM conversations") ?? 0,
                ]
            }
        }
        var before = try await rows(), parts = 0
        #expect(before == [1_200, 600, 1])
        #expect(try await store.beginDeletion(of: .ann))
        while try await store.deleteRows(of: .ann, sessions: []) {
            let after = try await rows()
            #expect(zip(before, after).reduce(0) { $0 + $1.0 - $1.1 } <= 501, "\(before) to \(after)")
            (before, parts) = (after, parts + 1)
        }
        #expect(before == [0, 0, 0] && parts >= 5)
    }

    @Test(arguments: StoreKind.allCases) func `leaves keys as revoked ones without a name`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), store = backEnd.conversations(now: { .at(5) })
        let keys = try backEnd.keys(hashing: TestHashing(), now: { .at(5) })
        let made = try await keys.create(AccessKeyRequest(name: "phone of Ann", user: .ann, scopes: []))
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await keys.verify(made.text) == .revoked)
        while try await store.deleteRows(of: .ann, sessions: []) {}
        try await store.endDeletion(of: .ann)
        #expect(try await keys.verify(made.text) == .unknown)
        let left = try #require(try await keys.list().first)
        #expect(left.user == .deleted && left.name == nil && left.prefix.isEmpty && left.revoked != nil)
        // An installation without keys would be open to everybody.
        #expect(try await !keys.isEmpty())
    }
}
