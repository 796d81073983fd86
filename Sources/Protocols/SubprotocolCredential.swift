package import Framing

/// Finds the credential that a web page sends when it opens a WebSocket: the subprotocols `token, KEY` or `bearer, TOKEN`, because browsers can set
/// no header.
package enum SubprotocolCredential {
    private static let schemes = ["token", "bearer"]

    package static func find(in head: HTTPRequestHead) -> Credential? {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        guard offered.count >= 2, isScheme(offered[0]) else { return nil }
        return Credential(offered[1], in: .subprotocol)
    }

    /// Returns the subprotocol to select: only the scheme, as the client wrote it, because the secret must not be sent back.
    package static func selected(of head: HTTPRequestHead) -> String? {
        head.headers.elements("Sec-WebSocket-Protocol").first.flatMap { isScheme($0) ? $0 : nil }
    }

    private static func isScheme(_ word: String) -> Bool { schemes.contains { $0.equalsIgnoringCase(word) } }
}
