import Admission
import HarkenTesting
import Protocols
import Speech
import Store
import Testing

@Suite struct `Temporary tokens` {
    private let caller = Caller.key(AccessGrant(key: ID("key"), user: ID("user"), scopes: ["listen"], credit: nil))
    private let now = Instant.now
    private let once = TemporaryTokens.Terms(lifetime: .seconds(60), sessionLimit: .seconds(600), isSingleUse: true, paths: ["/v3/ws"])

    @Test func `stand in for the key they were made with, once`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(once, to: caller, now: now)
        #expect(text.count == 67)
        #expect(tokens.redeem(text, at: "/v3/ws", now: now) == AuthenticatedCaller(caller, sessionLimit: .seconds(600), isByToken: true))
        #expect(tokens.redeem(text, at: "/v3/ws", now: now) == nil)
        #expect(tokens.count == 0)
    }

    private let resumable = TemporaryTokens.Terms(lifetime: .seconds(30), isSingleUse: true, resumeTime: .seconds(3_600), paths: ["/v4/listen"])
    private let opened = HandshakeSession(new: ID("s1"))
    private let back = HandshakeSession(new: ID("s2"), resumed: ID("s1"))

    @Test func `resume the session that they were used for, until their time is over`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(resumable, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v4/listen", for: opened, now: now) == AuthenticatedCaller(caller, isByToken: true))
        for seconds in [1, 60, 3_599] {
            let found = tokens.redeem(text, at: "/v4/listen", for: back, now: now + .seconds(seconds))
            #expect(found == AuthenticatedCaller(caller, isByToken: true, resumes: ID("s1")))
        }
        #expect(tokens.redeem(text, at: "/v4/listen", for: back, now: now + .seconds(3_600)) == nil)
        #expect(tokens.count == 0)
    }

    @Test(
        arguments: [
            ("/v4/listen", nil), ("/v4/listen", HandshakeSession(new: ID("s2"))), ("/v4/listen", HandshakeSession(new: ID("s1"))),
            ("/v4/listen", HandshakeSession(new: ID("s1"), resumed: ID("s2"))), ("/v4/listen", HandshakeSession(new: ID("s2"), resumed: ID(""))),
            ("/v3/listen", HandshakeSession(new: ID("s2"), resumed: ID("s1"))),
        ] as [(String, HandshakeSession?)])
    func `that were used for a session are refused for anything else`(path: String, session: HandshakeSession?) throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(resumable, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v4/listen", for: opened, now: now) != nil)
        #expect(tokens.redeem(text, at: path, for: session, now: now) == nil)
        #expect(tokens.redeem(text, at: "/v4/listen", for: back, now: now) != nil, "a wrong use takes nothing away")
    }

    @Test func `are bound to the session that their first use resumes`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(resumable, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v4/listen", for: back, now: now)?.resumes == ID("s1"))
        #expect(tokens.redeem(text, at: "/v4/listen", for: HandshakeSession(new: ID("s3"), resumed: ID("s2")), now: now) == nil)
        #expect(tokens.redeem(text, at: "/v4/listen", for: back, now: now)?.resumes == ID("s1"))
    }

    @Test func `resume nothing where their terms or their first use have no session`() throws {
        let tokens = try TemporaryTokens()
        let plain = try tokens.issue(once, to: caller, now: now)
        #expect(tokens.redeem(plain, at: "/v3/ws", for: opened, now: now) != nil)
        #expect(tokens.redeem(plain, at: "/v3/ws", for: back, now: now) == nil)
        let other = try tokens.issue(resumable, to: caller, now: now)
        #expect(tokens.redeem(other, at: "/v4/listen", now: now) != nil)
        #expect(tokens.redeem(other, at: "/v4/listen", for: back, now: now) == nil)
        #expect(tokens.count == 0)
    }

    @Test func `resume their session at the process that takes over, and open no other there`() throws {
        let earlier = try TemporaryTokens(), next = try TemporaryTokens()
        let text = try earlier.issue(resumable, to: caller, now: now)
        let unused = try earlier.issue(resumable, to: caller, now: now)
        #expect(earlier.redeem(text, at: "/v4/listen", for: opened, now: now) != nil)
        #expect(next.adopt(earlier.document(now: now), now: now))
        #expect(next.redeem(text, at: "/v4/listen", for: opened, now: now) == nil)
        #expect(next.redeem(text, at: "/v4/listen", for: back, now: now + .seconds(3_500))?.resumes == ID("s1"))
        #expect(next.redeem(text, at: "/v4/listen", for: back, now: now + .seconds(3_600)) == nil)
        #expect(next.redeem(unused, at: "/v4/listen", for: opened, now: now) != nil)
        #expect(next.redeem(unused, at: "/v4/listen", for: back, now: now + .seconds(3_500)) != nil)
    }

    @Test func `may be good more than once`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(.init(lifetime: .seconds(60), isSingleUse: false, paths: ["/a", "/b"]), to: .local, now: now)
        for path in ["/a", "/b", "/a"] { #expect(tokens.redeem(text, at: path, now: now) != nil) }
        #expect(tokens.redeem(text, at: "/a", now: now + .seconds(60)) == nil)
        #expect(tokens.count == 0)
    }

    @Test func `are good until they expire, and where they are meant for`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(once, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v1/listen", now: now) == nil)
        #expect(tokens.redeem(text, at: "/v3/ws", now: now + .milliseconds(59_999)) != nil)
        let late = try tokens.issue(once, to: caller, now: now)
        #expect(tokens.redeem(late, at: "/v3/ws", now: now + .seconds(60)) == nil)
    }

    @Test(arguments: ["", "ht_", "hk_x", "ht_" + String(repeating: "0", count: 64), "ht_" + String(repeating: "ü", count: 32)])
    func `cannot be made up`(text: String) throws {
        let tokens = try TemporaryTokens()
        _ = try tokens.issue(once, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v3/ws", now: now) == nil)
        #expect(tokens.count == 1)
    }

    @Test func `are worth nothing to another process`() throws {
        let text = try TemporaryTokens().issue(once, to: caller, now: now)
        #expect(try TemporaryTokens().redeem(text, at: "/v3/ws", now: now) == nil)
    }

    @Test func `are valid at the process that takes over`() throws {
        let earlier = try TemporaryTokens(), next = try TemporaryTokens()
        let texts = [
            try earlier.issue(once, to: caller, now: now),
            try earlier.issue(
                .init(lifetime: .seconds(60), isSingleUse: false, paths: ["/v3/ws"], settings: [1, 255]), to: .user(ID("u")), now: now),
            try earlier.issue(once, to: .local, now: now),
        ]
        _ = try earlier.issue(.init(lifetime: .seconds(1), isSingleUse: true, paths: ["/v3/ws"]), to: caller, now: now)
        #expect(next.adopt(earlier.document(now: now + .seconds(10)), now: now + .seconds(10)))
        #expect(next.count == 3, "the fourth has expired")
        let callers = texts.map { next.redeem($0, at: "/v3/ws", now: now + .seconds(59)) }
        #expect(callers.map { $0?.caller.user } == [ID("user"), ID("u"), .local])
        #expect(callers.map { $0?.caller.grant?.key } == [ID("key"), nil, nil])
        #expect(callers.map { $0?.sessionLimit } == [.seconds(600), nil, .seconds(600)])
        #expect(callers.map { $0?.settings } == [[], [1, 255], []])
        #expect(next.redeem(texts[0], at: "/v3/ws", now: now) == nil, "it was good once")
        #expect(next.redeem(texts[1], at: "/v3/ws", now: now + .seconds(61)) == nil)
    }

    @Test(arguments: ["", "{}", #"{"version":2,"secret":"","tokens":[]}"#, #"{"version":1,"secret":"00","tokens":[]}"#])
    func `cannot be adopted from what is not a document of tokens`(text: String) throws {
        let tokens = try TemporaryTokens()
        let own = try tokens.issue(once, to: caller, now: now)
        #expect(!tokens.adopt(Array(text.utf8), now: now))
        #expect(tokens.redeem(own, at: "/v3/ws", now: now) != nil)
    }

    @Test func `are bounded for each caller, and make room when they expire`() throws {
        let tokens = try TemporaryTokens()
        for _ in 0..<TemporaryTokens.maxOfOneCaller { _ = try tokens.issue(once, to: caller, now: now) }
        #expect(throws: RequestError.tooManyRequests(retryAfter: .seconds(10))) { try tokens.issue(once, to: caller, now: now) }
        let other = Caller.user(ID("user"))
        _ = try tokens.issue(once, to: other, now: now)
        _ = try tokens.issue(once, to: caller, now: now + .seconds(60))
        #expect(tokens.count == 1)
    }

    @Test func `that were used and may resume their sessions make room for new ones, the oldest first`() throws {
        let tokens = try TemporaryTokens(), other = Caller.user(ID("user"))
        func bound(to session: String, of caller: Caller, after seconds: Int) throws -> String {
            let text = try tokens.issue(resumable, to: caller, now: now)
            #expect(tokens.redeem(text, at: "/v4/listen", for: HandshakeSession(new: ID(session)), now: now + .seconds(seconds)) != nil)
            return text
        }
        func resumes(_ text: String, _ session: String) -> Bool {
            tokens.redeem(text, at: "/v4/listen", for: HandshakeSession(new: ID("s9"), resumed: ID(session)), now: now + .seconds(9)) != nil
        }
        let others = try bound(to: "s0", of: other, after: 0)
        let second = try bound(to: "s2", of: caller, after: 2), first = try bound(to: "s1", of: caller, after: 1)
        let unused = try tokens.issue(resumable, to: caller, now: now)
        for _ in 3..<TemporaryTokens.maxOfOneCaller { _ = try tokens.issue(once, to: caller, now: now) }
        #expect(tokens.count == TemporaryTokens.maxOfOneCaller + 1 && resumes(first, "s1"))
        _ = try tokens.issue(once, to: caller, now: now)
        #expect(!resumes(first, "s1") && resumes(second, "s2"))
        _ = try tokens.issue(once, to: caller, now: now)
        #expect(!resumes(second, "s2"))
        // Tokens that were not used stay, and those of others.
        #expect(throws: RequestError.tooManyRequests(retryAfter: .seconds(10))) { try tokens.issue(once, to: caller, now: now) }
        #expect(tokens.count == TemporaryTokens.maxOfOneCaller + 1 && resumes(others, "s0"))
        #expect(tokens.redeem(unused, at: "/v4/listen", for: opened, now: now) != nil)
    }

    @Test func `that may resume their sessions do not make room for settings`() throws {
        let tokens = try TemporaryTokens()
        let text = try tokens.issue(resumable, to: caller, now: now)
        #expect(tokens.redeem(text, at: "/v4/listen", for: opened, now: now) != nil)
        let large = [UInt8](repeating: 0x20, count: TemporaryTokens.maxSettings)
        let terms = TemporaryTokens.Terms(lifetime: .seconds(60), isSingleUse: true, paths: ["/a"], settings: large)
        _ = try tokens.issue(terms, to: .local, now: now)
        #expect(throws: RequestError.tooManyRequests(retryAfter: .seconds(10))) { try tokens.issue(terms, to: .local, now: now) }
        #expect(tokens.redeem(text, at: "/v4/listen", for: back, now: now) != nil)
    }

    @Test func `are accepted by a gateway with the same secret, once`() throws {
        let folder = TemporaryFolder()
        let secret = try InstallationSecret(of: DataDirectory(creating: folder.path))
        func gateway() throws -> TemporaryTokens { try TemporaryTokens(shared: secret) { UnixTime(milliseconds: 1_000) } }
        let one = try gateway(), other = try gateway()
        let text = try one.issue(once, to: caller, now: .now)
        let found = try #require(other.redeem(text, at: "/v3/ws", now: .now))
        #expect(found.caller.grant?.key == caller.grant?.key && found.sessionLimit == .seconds(600))
        #expect(other.redeem(text, at: "/v3/ws", now: .now) == nil)
        #expect(try TemporaryTokens(shared: secret) { UnixTime(milliseconds: 70_000) }.redeem(text, at: "/v3/ws", now: .now) == nil)
        let stranger = TemporaryFolder()
        let otherSecret = try InstallationSecret(of: DataDirectory(creating: stranger.path))
        #expect(try TemporaryTokens(shared: otherSecret) { UnixTime(milliseconds: 1_000) }.redeem(text, at: "/v3/ws", now: .now) == nil)
    }

    private func sharing() throws -> TemporaryTokens {
        let folder = TemporaryFolder()
        return try TemporaryTokens(shared: InstallationSecret(of: DataDirectory(creating: folder.path))) { UnixTime(milliseconds: 1_000) }
    }

    @Test func `of several gateways count once each`() throws {
        let tokens = try sharing()
        for number in 0...TemporaryTokens.maxOfOneCaller {
            let text = try tokens.issue(once, to: caller, now: .now)
            guard tokens.redeem(text, at: "/v3/ws", now: .now) != nil else {
                Issue.record("token \(number) is refused")
                return
            }
        }
        #expect(tokens.count == 0)
    }

    @Test func `of several gateways are used up in each spelling, and at the process that takes over`() throws {
        let folder = TemporaryFolder()
        let secret = try InstallationSecret(of: DataDirectory(creating: folder.path))
        func gateway() throws -> TemporaryTokens { try TemporaryTokens(shared: secret) { UnixTime(milliseconds: 1_000) } }
        let one = try gateway(), next = try gateway()
        let text = try one.issue(once, to: caller, now: .now)
        let shouted = "ht_" + text.dropFirst(3).uppercased()
        #expect(shouted != text)
        #expect(one.redeem(shouted, at: "/v3/ws", now: .now) == nil)
        #expect(one.redeem(text, at: "/v3/ws", now: .now) != nil)
        #expect(one.redeem(shouted, at: "/v3/ws", now: .now) == nil)
        #expect(next.adopt(one.document(now: .now), now: .now))
        #expect(next.redeem(text, at: "/v3/ws", now: .now) == nil)
        #expect(next.redeem(shouted, at: "/v3/ws", now: .now) == nil)
    }

    @Test func `that resume their session are known only to the gateway that made them`() throws {
        let folder = TemporaryFolder()
        let secret = try InstallationSecret(of: DataDirectory(creating: folder.path))
        func gateway() throws -> TemporaryTokens { try TemporaryTokens(shared: secret) { UnixTime(milliseconds: 1_000) } }
        let one = try gateway(), other = try gateway()
        let text = try one.issue(resumable, to: caller, now: now)
        #expect(text.count == 67)
        #expect(other.redeem(text, at: "/v4/listen", for: opened, now: now) == nil)
        #expect(one.redeem(text, at: "/v4/listen", for: opened, now: now) != nil)
        #expect(other.redeem(text, at: "/v4/listen", for: back, now: now) == nil)
        #expect(one.redeem(text, at: "/v4/listen", for: back, now: now) != nil)
    }

    @Test func `keep what sessions are set to, within limits`() throws {
        let tokens = try TemporaryTokens()
        let large = [UInt8](repeating: 0x20, count: TemporaryTokens.maxSettings / 2)
        let terms = TemporaryTokens.Terms(lifetime: .seconds(60), isSingleUse: true, paths: ["/a"], settings: large)
        let text = try tokens.issue(terms, to: .local, now: now)
        #expect(tokens.redeem(text, at: "/a", now: now)?.settings == large)
        for _ in 0..<2 { _ = try tokens.issue(terms, to: .local, now: now) }
        #expect(throws: RequestError.tooManyRequests(retryAfter: .seconds(10))) { try tokens.issue(terms, to: .local, now: now) }
        _ = try tokens.issue(terms, to: .local, now: now + .seconds(61))
    }
}

extension TemporaryTokens {
    fileprivate func redeem(_ text: String, at path: String, for session: HandshakeSession? = nil, now: Instant) -> AuthenticatedCaller? {
        code(of: text).flatMap { redeem($0, at: path, for: session, now: now) }
    }
}
