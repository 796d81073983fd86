package import Framing

/// Finds the credential that a Deepgram client sent.
package enum DeepgramCredential {
    /// Returns the secret of `Authorization: Token KEY` or `Bearer TOKEN`, with the scheme in any case. Without that header: the secret in the
    /// WebSocket subprotocols `token, KEY` or `bearer, TOKEN`, for browsers.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        if head.headers["Authorization"] != nil { return Credential.authorization(of: head, schemes: ["token", "bearer"]) }
        return SubprotocolCredential.find(in: head)
    }
}
