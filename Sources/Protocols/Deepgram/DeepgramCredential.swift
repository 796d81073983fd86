package import Framing

/// How Deepgram's clients show who they are.
package enum DeepgramCredential {
    /// `Authorization: Token KEY` or `Bearer TOKEN`, the scheme in any case; else, from browsers, the WebSocket subprotocols `token, KEY` or
    /// `bearer, TOKEN`.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        if head.headers["Authorization"] != nil { return Credential.authorization(of: head, schemes: schemes) }
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        guard offered.count >= 2, isScheme(offered[0]) else { return nil }
        return Credential(offered[1], in: .subprotocol)
    }

    /// The subprotocol to select: the scheme alone, as it was written, for the secret must not be sent back.
    package static func subprotocol(of head: HTTPRequestHead) -> String? {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        return offered.first.flatMap { isScheme($0) ? $0 : nil }
    }

    private static let schemes = ["token", "bearer"]

    private static func isScheme(_ word: String) -> Bool { schemes.contains { $0.equalsIgnoringCase(word) } }
}
