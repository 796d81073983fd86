package import Framing

/// How Deepgram's clients show who they are.
package enum DeepgramCredential {
    /// `Authorization: Token KEY` or `Bearer TOKEN`, the scheme in any case; else, from browsers, the WebSocket subprotocols `token, KEY` or
    /// `bearer, TOKEN`.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        if head.headers["Authorization"] != nil { return Credential.authorization(of: head, schemes: ["token", "bearer"]) }
        return SubprotocolCredential.find(in: head)
    }
}
