import Admission
import Foundation
import Framing
import Protocols
import Speech
import Store
import Synchronization
import Testing

@Suite struct `Logins` {
    private let path = FileManager.default.temporaryDirectory.appending(path: "harken-logins-\(UUID().uuidString)").path

    /// The logins that were ended, as two gateways share them.
    private final class EndedLogins: EndedLoginStore {
        let codes = Mutex<[[UInt8]: UnixTime]>([:])
        let isAway = Mutex(false)

        private func check() throws(StoreError) { if isAway.withLock({ $0 }) { throw .busy(path: "harken.db") } }

        func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) {
            try check()
            codes.withLock { $0[code] = expires }
        }

        func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool {
            try check()
            return codes.withLock { $0[code] != nil }
        }
    }

    private let store = EndedLogins()

    private func with(_ body: (InstallationSecret) async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(InstallationSecret(of: DataDirectory(creating: path)))
    }

    @Test func `name their holder and not the key, over a restart`() async throws {
        try await with { secret in
            let logins = LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: 5_000) })
            let key = try logins.issue(to: .key(ID("key_1")), for: .seconds(60)), user = try logins.issue(to: .user(ID("a b c")), for: .seconds(60))
            let bytes = try #require(Base64.decode(key))
            #expect(!key.contains("key_1") && !String(decoding: bytes, as: UTF8.self).contains("key_1"))
            let later = LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: 64_999) })
            #expect(later.holder(of: key) == .key(ID("key_1")) && later.holder(of: user) == .user(ID("a b c")))
            #expect(LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: 65_000) }).holder(of: key) == nil)
        }
    }

    @Test func `hold for twelve hours at most`() async throws {
        try await with { secret in
            let time = Mutex<Int64>(0)
            let logins = LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: time.withLock { $0 }) })
            let login = try logins.issue(to: .key(ID("key_1")), for: .seconds(1_000_000))
            for (hours, isGood) in [(11, true), (12, false)] as [(Int64, Bool)] {
                time.withLock { $0 = hours * 3_600_000 }
                #expect((logins.holder(of: login) != nil) == isGood, "\(hours)")
            }
        }
    }

    @Test func `that were changed or ended have no holder`() async throws {
        try await with { secret in
            let logins = LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: 0) })
            let login = try logins.issue(to: .key(ID("key_1")), for: .seconds(60)), other = try logins.issue(to: .key(ID("key_1")), for: .seconds(60))
            var bytes = try #require(Base64.decode(login))
            for index in bytes.indices {
                bytes[index] ^= 1
                #expect(logins.holder(of: Base64.encode(bytes)) == nil)
                bytes[index] ^= 1
            }
            for text in ["", "hk_x", "ht_" + String(repeating: "0", count: 64), String(repeating: "A", count: 2_000)] {
                #expect(logins.holder(of: text) == nil)
            }
            try await logins.end(login)
            #expect(logins.holder(of: login) == nil && logins.holder(of: other) != nil)
        }
    }

    @Test func `that were ended stay so after a restart, and at other gateways`() async throws {
        try await with { secret in
            let time = UnixTime(milliseconds: 0)
            let logins = LoginTokens(secret: secret, store: store, now: { time }), other = LoginTokens(secret: secret, store: store, now: { time })
            let login = try logins.issue(to: .user(ID("ann")), for: .seconds(60))
            await other.load(login)
            #expect(try other.check(login) == .user(ID("ann")))
            try await logins.end(login)
            // Base64 ends in bits that mean nothing.
            let bytes = try #require(Base64.decode(login))
            #expect(store.codes.withLock { $0.count } == 1 && store.codes.withLock { !$0.keys.contains(bytes) }, "the login itself is not stored")
            await other.load(login)
            #expect(throws: RequestError.unauthenticated) { try other.check(login) }
            #expect(other.holder(of: login) == nil)
        }
    }

    @Test func `hold for nobody while the store cannot be asked`() async throws {
        try await with { secret in
            let logins = LoginTokens(secret: secret, store: store, now: { UnixTime(milliseconds: 0) })
            let login = try logins.issue(to: .key(ID("key_1")), for: .seconds(60))
            store.isAway.withLock { $0 = true }
            await logins.load(login)
            #expect(throws: RequestError.unavailable("The key store cannot be read.")) { try logins.check(login) }
            let left = try logins.issue(to: .key(ID("key_1")), for: .seconds(60))
            await #expect(throws: RequestError.self) { try await logins.end(left) }
            #expect(logins.holder(of: left) == nil, "here it is ended")
            store.isAway.withLock { $0 = false }
            try await logins.end(left)
            #expect(store.codes.withLock { $0.count } == 1, "the second try ends it at other gateways too")
            await logins.load(login)
            #expect(try logins.check(login) == .key(ID("key_1")))
        }
    }

    @Test(
        arguments: [
            ("GET", [:], true), ("POST", [:], false), ("DELETE", [:], false), ("GET", ["Upgrade": "websocket", "Connection": "Upgrade"], false),
            ("POST", ["Sec-Fetch-Site": "same-origin"], true), ("POST", ["Sec-Fetch-Site": "same-site"], false),
            ("GET", ["Sec-Fetch-Site": "same-site"], false), ("GET", ["Sec-Fetch-Site": "cross-site"], false),
            ("GET", ["Sec-Fetch-Site": "none"], true),
            ("POST", ["Sec-Fetch-Site": "none"], false), ("POST", ["Origin": "https://speech.example"], true),
            ("POST", ["Origin": "http://speech.example:81"], false), ("POST", ["Origin": "null"], false),
            ("GET", ["Origin": "https://evil.example"], false),
            ("GET", ["Upgrade": "websocket", "Connection": "Upgrade", "Origin": "https://speech.example"], true),
            ("GET", ["Upgrade": "websocket", "Connection": "Upgrade", "Origin": "https://evil.example"], false),
        ] as [(String, [String: String], Bool)])
    func `count for the gateway's own pages only`(method: String, fields: [String: String], counts: Bool) throws {
        var headers: HTTPHeaders = ["Host": "speech.example", "Cookie": "a=b; harken_login=abc==; c=d"]
        for (name, value) in fields { headers.add(name, value) }
        let found = LoginCookie.find(in: try HTTPRequestHead(HTTPMethod(method), "/api/v1/people", headers: headers))
        #expect(found == (counts ? Credential("abc==", in: .cookie) : nil))
    }

    @Test func `travel by TLS only where there is TLS`() {
        #expect(LoginCookie.header("x", lifetime: .seconds(9), isSecure: false) == "harken_login=x; Path=/; Max-Age=9; HttpOnly; SameSite=Strict")
        #expect(LoginCookie.removal(isSecure: true) == "harken_login=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure")
    }
}
