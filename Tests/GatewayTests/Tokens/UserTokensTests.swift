@testable import Admission
import Gateway
@testable import Observability
@testable import Settings
import HarkenTesting
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `User tokens` {
    /// Making RSA keys is slow.
    private static let rsa = Result { try SigningKey.rsa("one") }
    private static let other = Result { try SigningKey.rsa("two") }
    private let issuer = "https://issuer.example/project"
    private let now = UnixTime(milliseconds: 1_800_000_000_000)

    private func tokens(_ keys: [SigningKey], audience: String = "app") async throws -> UserTokens {
        let tokens = try make { .success(.init(document: Array(SigningKey.set(keys).utf8), goodFor: .seconds(600))) }
        await tokens.prepare()
        return tokens
    }

    private func make(
        clock: @escaping @Sendable () -> Instant = { .now },
        fetch: @escaping @Sendable () async -> Result<IssuerKeys.Answer, IssuerKeysError>
    ) throws -> UserTokens {
        var settings = Settings()
        settings.merge(["HARKEN_OIDC_ISSUER": issuer, "HARKEN_OIDC_AUDIENCE": "app, web"])
        let provider = try #require(try IdentityProvider(settings))
        return UserTokens(provider, log: Log(level: .error), now: { [now] in now }, clock: clock, fetch: fetch)
    }

    private func claims(_ more: String = "", expires: Int = 1_800_000_600) -> String {
        #"{"iss":"\#(issuer)","aud":"app","sub":"alice","exp":\#(expires)\#(more)}"#
    }

    @Test func `are taken when RS256 or ES256 has signed them`() async throws {
        for key in [try Self.rsa.get(), try SigningKey.elliptic("e")] {
            let tokens = try await tokens([key])
            let text = try key.sign(claims(), keyIdentifier: key.identifier)
            guard case .user(let user) = tokens.verify(text) else {
                Issue.record("\(tokens.verify(text))")
                continue
            }
            #expect(user.rawValue.hasPrefix("oidc_") && user.rawValue.utf8.count == 37)
            #expect(user == TokenClaims.user("alice", of: issuer))
            // The only key there is need not be named.
            #expect(tokens.verify(try key.sign(claims(), keyIdentifier: nil)) == .user(user))
        }
    }

    /// Claims as Firebase writes them (https://firebase.google.com/docs/auth/admin/verify-id-tokens, read 2026-11-21), but for names and times.
    private func firebase(issuer project: String = "harken-demo", audience: String = "harken-demo", expires: Int = 1_800_003_500) -> String {
        #"{"name":"Alice","iss":"https://securetoken.google.com/\#(project)","aud":"\#(audience)","auth_time":1799999000,"user_id":"Zk3","sub":"Zk3","#
            + #""iat":1799999900,"exp":\#(expires),"email":"a@example.org","email_verified":true,"#
            + #""firebase":{"identities":{"email":["a@example.org"]},"sign_in_provider":"password"}}"#
    }

    @Test func `of Firebase are taken for the project that is named, and for no other`() async throws {
        var settings = Settings()
        settings.merge(["HARKEN_OIDC_ISSUER": "https://securetoken.google.com/harken-demo", "HARKEN_OIDC_AUDIENCE": "harken-demo"])
        let provider = try #require(try IdentityProvider(settings))
        #expect(provider.discoveryURL == "https://securetoken.google.com/harken-demo/.well-known/openid-configuration")
        let key = try Self.rsa.get(), document = Array(SigningKey.set([key, try Self.other.get()]).utf8)
        let tokens = UserTokens(provider, log: Log(level: .error), now: { [now] in now }, clock: { .now }) {
            .success(.init(document: document, goodFor: .seconds(19_000)))
        }
        await tokens.prepare()
        func verdict(_ claims: String) throws -> UserTokens.Verdict { tokens.verify(try key.sign(claims, keyIdentifier: key.identifier)) }
        #expect(try verdict(firebase()) == .user(TokenClaims.user("Zk3", of: provider.issuer)))
        for claims in [firebase(issuer: "another-demo"), firebase(audience: "another-demo"), firebase(expires: 1_799_999_000)] {
            if case .user = try verdict(claims) { Issue.record("\(claims) is taken") }
        }
    }

    @Test func `name users that no other issuer and no key has`() {
        let user = TokenClaims.user("alice", of: issuer)
        #expect(user != TokenClaims.user("alice", of: "https://issuer.example"))
        #expect(user != TokenClaims.user("project\u{0}alice", of: "https://issuer.example/"))
        #expect(user != TokenClaims.user("Alice", of: issuer))
    }

    @Test(arguments: [
        (#"{"iss":"https://issuer.example/other","aud":"app","sub":"a","exp":1800000600}"#, TokenError.issuer),
        (#"{"aud":"app","sub":"a","exp":1800000600}"#, .issuer),
        (#"{"iss":"ISSUER","aud":"other","sub":"a","exp":1800000600}"#, .audience),
        (#"{"iss":"ISSUER","aud":["other","more"],"sub":"a","exp":1800000600}"#, .audience),
        (#"{"iss":"ISSUER","sub":"a","exp":1800000600}"#, .audience),
        (#"{"iss":"ISSUER","aud":"app","sub":"a","exp":1799999970}"#, .expired),
        (#"{"iss":"ISSUER","aud":"app","sub":"a","exp":"1800000600"}"#, .expired),
        (#"{"iss":"ISSUER","aud":"app","sub":"a"}"#, .expired),
        (#"{"iss":"ISSUER","aud":"app","sub":"a","exp":1800000600,"nbf":1800000031}"#, .early),
        (#"{"iss":"ISSUER","aud":"app","sub":"a","exp":1800000600,"iat":1800000031}"#, .early),
        (#"{"iss":"ISSUER","aud":"app","exp":1800000600}"#, .subject), (#"{"iss":"ISSUER","aud":"app","sub":"","exp":1800000600}"#, .subject),
        (#"{"iss":"ISSUER","aud":"app","sub":7,"exp":1800000600}"#, .subject), ("[]", .issuer), ("no JSON", .form),
    ])
    func `are rejected for what they say, however well signed`(payload: String, fault: TokenError) async throws {
        let key = try Self.rsa.get()
        let text = try key.sign(payload.replacing("ISSUER", with: issuer), keyIdentifier: key.identifier)
        #expect(try await tokens([key]).verify(text) == .rejected(fault))
    }

    @Test(arguments: [
        #"{"iss":"ISSUER","aud":["other","web"],"sub":"a","exp":1800000600}"#, #"{"iss":"ISSUER","aud":"app","sub":"a","exp":1799999971}"#,
        #"{"iss":"ISSUER","aud":"app","sub":"a","exp":1800000600.5,"nbf":1800000030,"iat":1800000030}"#,
    ])
    func `are taken with one of several audiences, and with clocks that differ a little`(payload: String) async throws {
        let key = try Self.rsa.get()
        let text = try key.sign(payload.replacing("ISSUER", with: issuer), keyIdentifier: key.identifier)
        #expect(try await tokens([key]).verify(text) == .user(TokenClaims.user("a", of: issuer)))
    }

    @Test func `are rejected when nobody has signed them, or with the public key as a secret`() async throws {
        let key = try Self.rsa.get()
        let tokens = try await tokens([key])
        #expect(tokens.verify(SigningKey.unsigned(claims())) == .rejected(.form))
        let confused = try SigningKey.secret("one", like: key).sign(claims(), keyIdentifier: "one")
        #expect(tokens.verify(confused) == .rejected(.form))
        // The right name on another's key, and an elliptic key under the name of an RSA key.
        #expect(tokens.verify(try Self.other.get().sign(claims(), keyIdentifier: "one")) == .rejected(.signature))
        #expect(tokens.verify(try SigningKey.elliptic("one").sign(claims(), keyIdentifier: "one")) == .rejected(.key))
        // What must be understood is not.
        #expect(tokens.verify(try key.sign(claims(), keyIdentifier: "one", header: ["crit": #"["exp"]"#])) == .rejected(.form))
    }

    @Test func `are rejected when a byte of them is another`() async throws {
        let key = try SigningKey.elliptic("e")
        let tokens = try await tokens([key])
        let text = Array(try key.sign(claims(), keyIdentifier: "e").utf8)
        for position in stride(from: 0, to: text.count - 1, by: 7) {
            var changed = text
            changed[position] = changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            guard case .rejected = tokens.verify(String(decoding: changed, as: UTF8.self)) else {
                Issue.record("taken with byte \(position) changed")
                continue
            }
        }
        #expect(tokens.verify("a.b.c") == .rejected(.form))
        #expect(tokens.verify(String(repeating: "a", count: 20_000) + ".b.c") == .rejected(.form))
    }

    @Test func `are not verified with weak keys, keys for other uses, or keys of other kinds`() async throws {
        let weak = try SigningKey.rsa("weak", bits: 1_024)
        let encrypting = try SigningKey.rsa("enc")
        let good = try Self.rsa.get()
        let set =
            #"{"keys":[\#(weak.publicJSON),\#(encrypting.publicJSON.dropLast()),"use":"enc"},{"kty":"oct","k":"AAAA","kid":"s"},7,{},\#(good.publicJSON)]}"#
        let tokens = try make { .success(.init(document: Array(set.utf8), goodFor: .seconds(600))) }
        await tokens.prepare()
        for key in [weak, encrypting] { #expect(tokens.verify(try key.sign(claims(), keyIdentifier: key.identifier)) == .rejected(.key)) }
        #expect(tokens.verify(try good.sign(claims(), keyIdentifier: "one")) == .user(TokenClaims.user("alice", of: issuer)))
    }

    @Test func `by a new key of the issuer's are taken after one question, and not more often than that`() async throws {
        let first = try Self.rsa.get(), second = try Self.other.get()
        let asked = Mutex(0)
        let passed = Mutex(Duration.zero)
        let start = Instant.now
        let tokens = try make(clock: { start + passed.withLock { $0 } }) {
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            let keys = count == 1 ? [first] : [second]
            return .success(.init(document: Array(SigningKey.set(keys).utf8), goodFor: .seconds(600)))
        }
        let old = try first.sign(claims(), keyIdentifier: "one"), new = try second.sign(claims(), keyIdentifier: "two")
        #expect(tokens.needsPreparation(old))
        await tokens.prepare()
        #expect(!tokens.needsPreparation(old))
        // A moment ago it was asked.
        #expect(!tokens.needsPreparation(new))
        await tokens.prepare()
        #expect(tokens.verify(new) == .rejected(.key))
        #expect(asked.withLock { $0 } == 1)
        passed.withLock { $0 = UserTokens.pause }
        #expect(tokens.needsPreparation(new))
        await tokens.prepare()
        #expect(tokens.verify(new) == .user(TokenClaims.user("alice", of: issuer)))
        // The issuer has taken the first one back.
        #expect(tokens.verify(old) == .rejected(.key))
        #expect(asked.withLock { $0 } == 2)
    }

    @Test func `are not judged without keys, and by old keys only for a day`() async throws {
        let key = try Self.rsa.get()
        let isDown = Mutex(true)
        let passed = Mutex(Duration.zero)
        let start = Instant.now
        let tokens = try make(clock: { start + passed.withLock { $0 } }) {
            isDown.withLock { $0 }
                ? .failure(.init(description: "down")) : .success(.init(document: Array(SigningKey.set([key]).utf8), goodFor: .seconds(600)))
        }
        let text = try key.sign(claims(), keyIdentifier: "one")
        await tokens.prepare()
        #expect(tokens.verify(text) == .unavailable)
        isDown.withLock { $0 = false }
        passed.withLock { $0 = .seconds(10) }
        await tokens.prepare()
        #expect(tokens.verify(text) == .user(TokenClaims.user("alice", of: issuer)))
        isDown.withLock { $0 = true }
        passed.withLock { $0 = .seconds(3_600) }
        #expect(tokens.verify(text) == .user(TokenClaims.user("alice", of: issuer)))
        await tokens.prepare()
        passed.withLock { $0 += UserTokens.longestUse }
        #expect(tokens.verify(text) == .unavailable)
    }

    @Test(
        arguments: [
            (nil, 3_600), ("no-store", 3_600), ("public, max-age=1800, must-revalidate", 1_800), ("max-age=5", 300), ("max-age=999999999", 3_600),
            ("max-age=x", 3_600),
        ] as [(String?, Int)])
    func `have keys that are fetched again when the issuer says, within limits`(header: String?, seconds: Int) {
        #expect(IssuerKeys.goodFor(header) == .seconds(seconds))
    }

    @Test(arguments: [
        ["HARKEN_OIDC_ISSUER": "https://a.example"], ["HARKEN_OIDC_AUDIENCE": "app"], ["HARKEN_OIDC_JWKS_URL": "https://a.example/keys"],
        ["HARKEN_OIDC_ISSUER": "http://a.example", "HARKEN_OIDC_AUDIENCE": "app"],
        ["HARKEN_OIDC_ISSUER": "http://127.0.0.1.evil.example", "HARKEN_OIDC_AUDIENCE": "app"],
        ["HARKEN_OIDC_ISSUER": "a.example", "HARKEN_OIDC_AUDIENCE": "app"],
        ["HARKEN_OIDC_ISSUER": "https://a.example", "HARKEN_OIDC_AUDIENCE": "app", "HARKEN_OIDC_JWKS_URL": "http://a.example/keys"],
    ])
    func `need a provider that is named in full and cannot be impersonated`(values: [String: String]) {
        var settings = Settings()
        settings.merge(values)
        #expect(throws: ConfigurationError.self) { _ = try IdentityProvider(settings) }
    }
}
