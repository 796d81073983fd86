package import Framing

/// The secret that a caller shows to get access, or that an engine is shown. Opaque: it never appears in text, logs or reflection.
package struct Credential: Sendable, Equatable {
    /// The part of a request that carried the secret.
    package enum Place: Sendable, Equatable {
        case header
        /// An item of `Sec-WebSocket-Protocol`, the only header that a browser can set.
        case subprotocol
        case query
        /// The cookie of a page that has logged in.
        case cookie
    }

    /// The secret itself, only for comparing its hash and for sending it to an engine.
    package let secret: String
    package let place: Place

    package init(_ secret: String, in place: Place = .header) {
        self.secret = secret
        self.place = place
    }

    /// Makes the credential of a key that an engine is shown.
    package init(_ key: KeyText) { self.init(key.text) }
}

extension Credential {
    /// The credential as it is looked up: without what surrounds the key. A text that is not a key stays as it is, and is no caller's.
    package var normalized: Credential {
        do throws(KeyText.Flaw) { return Credential(try KeyText(secret).text, in: place) } catch { return self }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "credential (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credential {
    /// Returns the secret of an `Authorization` header that has one of these schemes, in any case; nil when there is none.
    static func authorization(of head: HTTPRequestHead, schemes: [String]) -> Credential? {
        guard let field = head.headers["Authorization"] else { return nil }
        let parts = field[...].trimmingBlanks.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, schemes.contains(where: { $0.equalsIgnoringCase(parts[0]) }) else { return nil }
        let secret = parts[1].trimmingBlanks
        return secret.isEmpty ? nil : Credential(String(secret))
    }
}
