import Foundation
import Framing
import Net
import Protocols
@testable import Sessions
import Speech
import Store
import Testing

@testable import Admission

@Suite struct `Access for callers` {
    private let store = ScriptedKeys()
    private let grant = AccessGrant(key: ID("key"), user: ID("user"), scopes: ["listen"], credit: nil)
    private let terms = TemporaryTokens.Terms(lifetime: .seconds(60), isSingleUse: true, paths: ["/v3/ws"])

    private func access(_ tokens: TemporaryTokens) throws -> Access {
        let path = FileManager.default.temporaryDirectory.appending(path: "harken-access-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let secret = try InstallationSecret(of: DataDirectory(creating: path))
        return Access(keys: try KeyVerdicts(of: store), tokens: tokens, users: nil, logins: LoginTokens(secret: secret, store: store, now: { .now }))
    }

    private func form(_ access: Access, _ text: String) -> String {
        switch access.shown(Credential(text)).form {
        case .token: "token"
        case .login: "login"
        case .userToken: "user token"
        case .key: "key"
        }
    }

    @Test func `looks a credential up as a token only if the token exists`() throws {
        let tokens = try TemporaryTokens()
        let access = try access(tokens)
        let text = try tokens.issue(terms, to: .key(grant), now: .now)
        #expect(form(access, text) == "token")
        #expect(form(access, text.replacing("ht_", with: "hk_")) == "key")
        #expect(form(access, try TemporaryTokens().issue(terms, to: .key(grant), now: .now)) == "key")
        // Without an identity provider, a signed token is a wrong key.
        #expect(form(access, "e30.e30.c2ln") == "key")
    }

    @Test func `rejects a token that was used up since it was shown`() async throws {
        let tokens = try TemporaryTokens()
        let access = try access(tokens)
        let text = try tokens.issue(terms, to: .user(ID("user")), now: .now)
        let shown = access.shown(Credential(text))
        let head = try HTTPRequestHead(.get, "/v3/ws", headers: ["Host": "localhost"])
        let peer = try #require(SocketAddress("127.0.0.1:1"))
        #expect(try access.authenticate(head, credential: shown, peer: peer).isByToken)
        #expect(throws: RequestError.unauthenticated) { try access.authenticate(head, credential: shown, peer: peer) }
        #expect(throws: RequestError.unauthenticated) { try access.authenticate(head, credential: access.shown(nil, in: head), peer: peer) }
    }

    @Test(arguments: ["hk_1\n", " hk_1 ", "\"hk_1\""]) func `looks a key up without what other systems put around it`(text: String) throws {
        let access = try access(TemporaryTokens())
        #expect(access.shown(Credential(text, in: .query)).credential == Credential("hk_1", in: .query))
        // A text that cannot be a key stays, and is a wrong key.
        #expect(access.shown(Credential("hk_1 hk_2")).credential == Credential("hk_1 hk_2"))
    }

    @Test func `prefers a shown credential to the login of a page`() throws {
        let access = try access(TemporaryTokens())
        let page: HTTPHeaders = ["Host": "localhost", "Cookie": "harken_login=x", "Sec-Fetch-Site": "same-origin"]
        let head = try HTTPRequestHead(.get, "/v3/ws", headers: page)
        #expect(access.shown(nil, in: head)?.credential.place == .cookie)
        #expect(access.shown(Credential("hk_1"), in: head)?.credential == Credential("hk_1"))
    }
}
