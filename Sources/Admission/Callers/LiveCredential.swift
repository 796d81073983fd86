package import Framing
package import Protocols

/// The credential in a WebSocket's handshake: a ticket, or a form that the dialect knows, or a form that web pages can send in every dialect.
package enum LiveCredential {
    /// The name of the ticket in the query. In no log and no trace: those have paths alone.
    package static let ticket = "ticket"

    package static func find(in head: HTTPRequestHead, of dialect: LiveDialect) -> Credential? {
        if let ticket = head.query.first(ticket) {
            // Nothing else is taken from there: whoever puts a key into a URL is to hear at once that this is no place for it.
            return Credential(ticket.hasPrefix(TemporaryTokens.marker) ? ticket : "", in: .query)
        }
        return dialect.credential(head) ?? SubprotocolCredential.find(in: head)
    }
}
