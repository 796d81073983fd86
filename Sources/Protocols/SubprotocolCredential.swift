package import Framing

/// How web pages show who they are where they open a WebSocket: with the subprotocols `token, KEY` or `bearer, TOKEN`, since they can set no header.
package enum SubprotocolCredential {
    private static let schemes = ["token", "bearer"]

    package static func find(in head: HTTPRequestHead) -> Credential? {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        guard offered.count >= 2, isScheme(offered[0]) else { return nil }
        return Credential(offered[1], in: .subprotocol)
    }

    /// The subprotocol to select: the scheme alone, as it was written, for the secret must not be sent back.
    package static func selected(of head: HTTPRequestHead) -> String? {
        head.headers.elements("Sec-WebSocket-Protocol").first.flatMap { isScheme($0) ? $0 : nil }
    }

    private static func isScheme(_ word: String) -> Bool { schemes.contains { $0.equalsIgnoringCase(word) } }
}
