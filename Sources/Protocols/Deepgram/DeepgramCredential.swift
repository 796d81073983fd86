package import Framing

/// How Deepgram's clients show who they are.
package enum DeepgramCredential {
    /// `Authorization: Token KEY` or `Bearer TOKEN`, the scheme in any case; else, from browsers, the WebSocket subprotocols `token, KEY` or
    /// `bearer, TOKEN`.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        if let field = head.headers["Authorization"] {
            let parts = field[...].trimmingBlanks.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, isScheme(parts[0]) else { return nil }
            let secret = parts[1].trimmingBlanks
            return secret.isEmpty ? nil : Credential(String(secret))
        }
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        guard offered.count >= 2, isScheme(offered[0][...]) else { return nil }
        return Credential(offered[1], in: .subprotocol)
    }

    /// The subprotocol to select: the scheme alone, as it was written, for the secret must not be sent back.
    package static func subprotocol(of head: HTTPRequestHead) -> String? {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        return offered.first.flatMap { isScheme($0[...]) ? $0 : nil }
    }

    private static func isScheme(_ word: Substring) -> Bool {
        word.equalsIgnoringCase("token") || word.equalsIgnoringCase("bearer")
    }
}
