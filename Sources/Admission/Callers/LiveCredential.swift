package import Framing
package import Protocols

/// The credential in a WebSocket's handshake: a ticket, a form of the dialect's own, or a form that web pages can send in every dialect.
package enum LiveCredential {
    /// Name of the ticket's query parameter. The ticket is in no log and no trace, because these have only the path.
    package static let ticket = "ticket"

    package static func find(in head: HTTPRequestHead, of dialect: LiveDialect) -> Credential? {
        if let ticket = head.query.first(ticket) {
            // Only tickets are accepted in the query: a caller who puts a key into a URL is rejected at once.
            return Credential(ticket.hasPrefix(TemporaryTokens.marker) ? ticket : "", in: .query)
        }
        return dialect.credential(head) ?? SubprotocolCredential.find(in: head)
    }
}
