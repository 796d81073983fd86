import Framing
import Net
import Protocols
import Speech
import Store
import Testing

@testable import Admission

@Suite struct `Access for callers` {
    private let store = ScriptedKeys()
    private let grant = AccessGrant(key: ID("key"), user: ID("user"), scopes: ["listen"], credit: nil)
    private let terms = TemporaryTokens.Terms(lifetime: .seconds(60), isSingleUse: true, paths: ["/v3/ws"])

    private func form(_ access: Access, _ text: String) -> String {
        switch access.shown(Credential(text)).form {
        case .token: "token"
        case .userToken: "user token"
        case .key: "key"
        }
    }

    @Test func `looks a credential up as a token only if the token exists`() throws {
        let tokens = try TemporaryTokens()
        let access = Access(keys: try KeyVerdicts(of: store), tokens: tokens, users: nil)
        let text = try tokens.issue(terms, to: .key(grant), now: .now)
        #expect(form(access, text) == "token")
        #expect(form(access, text.replacing("ht_", with: "hk_")) == "key")
        #expect(form(access, try TemporaryTokens().issue(terms, to: .key(grant), now: .now)) == "key")
        // Without an identity provider, a signed token is a wrong key.
        #expect(form(access, "e30.e30.c2ln") == "key")
    }

    @Test func `rejects a token that was used up since it was shown`() async throws {
        let tokens = try TemporaryTokens()
        let access = Access(keys: try KeyVerdicts(of: store), tokens: tokens, users: nil)
        let text = try tokens.issue(terms, to: .user(ID("user")), now: .now)
        let shown = access.shown(Credential(text))
        let head = try HTTPRequestHead(.get, "/v3/ws", headers: ["Host": "localhost"])
        let peer = try #require(SocketAddress("127.0.0.1:1"))
        #expect(try access.authenticate(head, credential: shown, peer: peer).isByToken)
        #expect(throws: RequestError.unauthenticated) { try access.authenticate(head, credential: shown, peer: peer) }
        #expect(throws: RequestError.unauthenticated) { try access.authenticate(head, credential: nil, peer: peer) }
    }
}
