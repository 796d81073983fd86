package import Framing

/// How AssemblyAI's clients show who they are.
package enum AssemblyAICredential {
    /// `Authorization` with a key or a temporary token, verbatim; a `Bearer` before it is tolerated. Else, from browsers, `token` in the query.
    package static func find(in head: HTTPRequestHead) -> Credential? {
        if let field = head.headers["Authorization"] {
            let text = field[...].trimmingBlanks
            let words = text.split(separator: " ", maxSplits: 1)
            let secret = words.count == 2 && "bearer".equalsIgnoringCase(words[0]) ? words[1].trimmingBlanks : text
            if !secret.isEmpty { return Credential(String(secret)) }
        }
        guard let token = head.query.first("token"), !token.isEmpty else { return nil }
        return Credential(token, in: .query)
    }
}
