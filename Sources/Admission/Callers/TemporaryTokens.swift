internal import Framing
package import Net
package import Protocols
package import Speech
internal import Synchronization

/// Temporary tokens in place of a key or a user token: a server gives them to browsers and devices that must not have its key, and web pages open
/// WebSockets with them.
///
/// The tokens are kept in this process only, each as an authentication code under a secret of the process: neither the memory nor the duration of a
/// look-up reveals a token. The number of tokens is limited, in all and for each caller.
package final class TemporaryTokens: Sendable {
    /// The terms of a token's use.
    package struct Terms: Sendable, Equatable {
        /// Time for which the token may be shown.
        package var lifetime: Duration
        /// Maximum duration of a session that the token opens; nil when the token sets none.
        package var sessionLimit: Duration?
        package var isSingleUse: Bool
        /// Paths at which the token may be shown.
        package var paths: Set<String>
        /// Settings of the sessions that the token opens, in the words of their dialect; empty: the clients' own settings apply.
        package var settings: [UInt8]

        package init(lifetime: Duration, sessionLimit: Duration? = nil, isSingleUse: Bool, paths: Set<String>, settings: [UInt8] = []) {
            self.lifetime = lifetime
            self.sessionLimit = sessionLimit
            self.isSingleUse = isSingleUse
            self.paths = paths
            self.settings = settings
        }
    }

    private struct Token {
        let caller: Caller
        let terms: Terms
        let expires: Instant
    }

    private struct State {
        var tokens: [Code: Token] = [:]
        var ofHolder: [CallerID: Int] = [:]
        /// Size of all tokens' settings, in bytes.
        var settingsBytes = 0

        func hasRoom(for terms: Terms, of holder: CallerID) -> Bool {
            tokens.count < most && ofHolder[holder, default: 0] < maxOfOneCaller && settingsBytes + terms.settings.count <= maxSettings
        }

        mutating func remove(_ code: Code) {
            guard let token = tokens.removeValue(forKey: code) else { return }
            settingsBytes -= token.terms.settings.count
            let holder = CallerID(token.caller)
            let left = (ofHolder[holder] ?? 1) - 1
            ofHolder[holder] = left > 0 ? left : nil
        }
    }

    package static let most = 100_000
    package static let maxOfOneCaller = 10_000
    /// Maximum size of all tokens' settings, in bytes.
    package static let maxSettings = 64 << 20
    /// Prefix of every token.
    package static let marker = "ht_"
    private static let byteCount = 32

    private let secret: [UInt8]
    private let state = Mutex(State())

    /// Makes an empty set of tokens.
    ///
    /// - Throws: when the system has no randomness.
    package init() throws(TLSError) { secret = try secureRandomBytes(Self.byteCount) }

    package func issue(_ terms: Terms, to caller: Caller, now: Instant) throws(RequestError) -> String {
        let bytes: [UInt8]
        do throws(TLSError) { bytes = try secureRandomBytes(Self.byteCount) } catch { throw .internalError }
        let text = Self.marker + bytes.hexadecimal
        guard let code = code(of: text) else { throw .internalError }
        let holder = CallerID(caller)
        let isTaken = state.withLock { state in
            if !state.hasRoom(for: terms, of: holder) {
                for (code, token) in state.tokens where token.expires <= now { state.remove(code) }
            }
            guard state.hasRoom(for: terms, of: holder) else { return false }
            state.tokens[code] = Token(caller: caller, terms: terms, expires: now + terms.lifetime)
            state.ofHolder[holder, default: 0] += 1
            state.settingsBytes += terms.settings.count
            return true
        }
        guard isTaken else { throw .tooManyRequests(retryAfter: .seconds(10)) }
        return text
    }

    /// The authentication code of a token's text.
    package struct Code: Hashable, Sendable {
        fileprivate let bytes: [UInt8]
    }

    /// Returns the code of the token `text`, or of another text of a token's form; nil when `text` does not have this form.
    package func code(of text: String) -> Code? {
        guard text.hasPrefix(Self.marker), text.utf8.count == Self.marker.utf8.count + 2 * Self.byteCount else { return nil }
        return Code(bytes: hmacSHA256(Array(text.utf8), key: secret))
    }

    /// Returns the caller that the token with this code admits at `path`; nil when there is no such token, or it has expired, or is not for this path.
    package func redeem(_ code: Code, at path: String, now: Instant) -> AuthenticatedCaller? {
        state.withLock { state in
            guard let token = state.tokens[code], token.terms.paths.contains(path) else { return nil }
            if token.terms.isSingleUse || token.expires <= now { state.remove(code) }
            guard now < token.expires else { return nil }
            return AuthenticatedCaller(token.caller, sessionLimit: token.terms.sessionLimit, settings: token.terms.settings, isByToken: true)
        }
    }

    /// Returns the caller behind the token with this code, whatever its paths; nil when there is no such token. The token is not used up.
    package func caller(of code: Code) -> Caller? { state.withLock { $0.tokens[code]?.caller } }

    /// Number of tokens that are kept, expired ones included.
    package var count: Int { state.withLock { $0.tokens.count } }
}
