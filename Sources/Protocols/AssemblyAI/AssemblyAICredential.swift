package import Framing

/// Finds the credential that an AssemblyAI client sent.
package enum AssemblyAICredential {
    /// Returns the key or temporary token in `Authorization`, with or without `Bearer` before it. Without that header: `token` in the query, for
    /// browsers.
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
