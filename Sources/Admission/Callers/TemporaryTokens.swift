internal import Framing
package import Net
package import Protocols
package import Speech
package import Store
internal import Synchronization

/// Temporary tokens in place of a key or a user token: a server gives them to browsers and devices that must not have its key, and web pages open
/// WebSockets with them.
///
/// The tokens are kept in memory only, each as an authentication code under a secret of the process: neither the memory nor the duration of a look-up
/// reveals a token. A process that takes over gets codes and secret. The number of tokens is limited, in all and for each caller.
///
/// A token of several gateways with one secret has its terms in it, sealed: the gateway that is shown a token of another one learns the token from its
/// text. A token that may resume its session is known only to the gateway that made it. Once it was used, it gives way to new tokens when there is no
/// room for them, the oldest first.
package final class TemporaryTokens: Sendable {
    /// The terms of a token's use.
    package struct Terms: Sendable, Equatable {
        /// Time for which the token may be shown.
        package var lifetime: Duration
        /// Maximum duration of a session that the token opens; nil when the token sets none.
        package var sessionLimit: Duration?
        package var isSingleUse: Bool
        /// Time from its use within which a token for one use may be shown again, to resume the session that it was used for; nil: not at all.
        package var resumeTime: Duration?
        /// Paths at which the token may be shown.
        package var paths: Set<String>
        /// Settings of the sessions that the token opens, in the words of their dialect; empty: the clients' own settings apply.
        package var settings: [UInt8]

        package init(
            lifetime: Duration, sessionLimit: Duration? = nil, isSingleUse: Bool, resumeTime: Duration? = nil, paths: Set<String>,
            settings: [UInt8] = []
        ) {
            self.lifetime = lifetime
            self.sessionLimit = sessionLimit
            self.isSingleUse = isSingleUse
            self.resumeTime = resumeTime
            self.paths = paths
            self.settings = settings
        }
    }

    private struct Token {
        let caller: Caller
        let terms: Terms
        var expires: Instant
        /// The session that the token was used for, and may resume; nil: the token was not used, or resumes nothing.
        var session: ID<Session>?

        init(caller: Caller, terms: Terms, expires: Instant) {
            self.caller = caller
            self.terms = terms
            self.expires = expires
        }

        /// Reads an entry of a document of tokens; nil when the entry cannot be read.
        init?(_ json: JSONView, now: Instant) {
            guard let left = json["left_ms"].int, let isSingleUse = json["single_use"].bool, let user = json["user"].string,
                let settings = json["settings"].string.flatMap([UInt8].init(hexadecimal:)), let paths = json["paths"].array
            else { return nil }
            if let key = json["key"].string {
                // The key's rights are read again when the token is shown.
                caller = .key(AccessGrant(key: ID(key), user: ID(user), scopes: [], credit: nil))
            } else {
                caller = json["local"].bool == true ? .local : .user(ID(user))
            }
            terms = Terms(
                lifetime: .milliseconds(left), sessionLimit: json["session_ms"].int.map { .milliseconds($0) }, isSingleUse: isSingleUse,
                resumeTime: json["resume_ms"].int.map { .milliseconds($0) },
                paths: Set(paths.compactMap { if case .string(let path) = $0 { path } else { nil } }), settings: settings)
            expires = now + .milliseconds(left)
            session = json["session"].string.map { ID($0) }
        }

        func write(to json: inout JSONWriter, _ code: Code, now: Instant) {
            json.beginObject()
            json.member("code", code.bytes.hexadecimal)
            json.member("user", caller.user.rawValue)
            json.member("key", optional: caller.grant?.key.rawValue)
            json.member("local", caller == .local)
            json.member("left_ms", Int((expires - now) / .milliseconds(1)))
            if let limit = terms.sessionLimit { json.member("session_ms", Int(limit / .milliseconds(1))) }
            json.member("single_use", terms.isSingleUse)
            if let time = terms.resumeTime { json.member("resume_ms", Int(time / .milliseconds(1))) }
            if let session { json.member("session", session.rawValue) }
            json.key("paths")
            json.array(terms.paths.sorted())
            json.member("settings", terms.settings.hexadecimal)
            json.endObject()
        }

        /// True if the token was used for this session. The duration of the comparison does not reveal the session's id: whoever has a used token needs
        /// the id, too.
        func isBound(to other: ID<Session>) -> Bool {
            session.map { constantTimeEquals(Array($0.rawValue.utf8), Array(other.rawValue.utf8)) } ?? false
        }

        /// Returns the caller whom the token admits.
        ///
        /// - Parameter resumed: the only session that the caller may have; nil: a new one.
        func admitted(resuming resumed: ID<Session>? = nil) -> AuthenticatedCaller {
            AuthenticatedCaller(caller, sessionLimit: terms.sessionLimit, settings: terms.settings, isByToken: true, resumes: resumed)
        }
    }

    private struct State {
        var secret: [UInt8]
        var tokens: [Code: Token] = [:]
        /// Tokens for one use that were used up, with the times at which they expire. Until then such a token must not be learned again from its text.
        var used: [Code: Instant] = [:]
        /// Number of used tokens at which expired ones are forgotten.
        var usedAtNextDrop = 1_024
        var ofHolder: [CallerID: Int] = [:]
        /// Size of all tokens' settings, in bytes.
        var settingsBytes = 0

        func hasRoom(for terms: Terms, of holder: CallerID) -> Bool {
            tokens.count < most && ofHolder[holder, default: 0] < maxOfOneCaller && settingsBytes + terms.settings.count <= maxSettings
        }

        /// Adds a token. A token with the same code is replaced.
        mutating func add(_ token: Token, _ code: Code) {
            remove(code)
            tokens[code] = token
            ofHolder[CallerID(token.caller), default: 0] += 1
            settingsBytes += token.terms.settings.count
        }

        mutating func remove(_ code: Code) {
            guard let token = tokens.removeValue(forKey: code) else { return }
            settingsBytes -= token.terms.settings.count
            let holder = CallerID(token.caller)
            let left = (ofHolder[holder] ?? 1) - 1
            ofHolder[holder] = left > 0 ? left : nil
        }

        /// Makes room for a token by removing expired ones, or else the oldest one that was used and may resume its session. Such a token has opened what
        /// it was made for, and keeps its place for a day.
        ///
        /// - Returns: false when there is no room.
        mutating func makeRoom(for terms: Terms, of holder: CallerID, now: Instant) -> Bool {
            if hasRoom(for: terms, of: holder) { return true }
            for (code, token) in tokens where token.expires <= now { remove(code) }
            if hasRoom(for: terms, of: holder) { return true }
            // A place is missing, and not room for settings, which tokens that resume sessions hardly have.
            guard settingsBytes + terms.settings.count <= maxSettings, let code = oldestBound(of: holder) else { return false }
            remove(code)
            return hasRoom(for: terms, of: holder)
        }

        /// Returns the token that was bound to a session before all others; nil when there is none.
        ///
        /// - Parameter holder: if this caller has as many tokens as one caller may have, only tokens of this caller count.
        private func oldestBound(of holder: CallerID) -> Code? {
            let isFull = ofHolder[holder, default: 0] >= maxOfOneCaller
            var oldest: (code: Code, expires: Instant)?
            for (code, token) in tokens where token.session != nil && (!isFull || CallerID(token.caller) == holder) {
                // All have the same time from their use on.
                if let oldest, oldest.expires <= token.expires { continue }
                oldest = (code, token.expires)
            }
            return oldest?.code
        }

        /// Notes that a token for one use was used up.
        ///
        /// - Returns: false when too many tokens were used up that have not expired yet.
        mutating func use(_ code: Code, until end: Instant, now: Instant) -> Bool {
            if used.count >= maxUsed { dropExpired(now) }
            guard used.count < maxUsed else { return false }
            used[code] = end
            return true
        }

        /// Forgets used tokens that have expired. The texts of these tokens are refused for their age.
        mutating func dropExpired(_ now: Instant) {
            guard used.count >= usedAtNextDrop else { return }
            used = used.filter { $0.value > now }
            // The cost of a walk through all used tokens is spread over as many later ones.
            usedAtNextDrop = min(max(2 * used.count, 1_024), maxUsed)
        }
    }

    package static let most = 100_000
    package static let maxOfOneCaller = 10_000
    /// Maximum number of tokens for one use that were used up and have not expired. Further ones are refused: the gateway could not tell their second
    /// use.
    private static let maxUsed = 200_000
    /// Maximum size of all tokens' settings, in bytes.
    package static let maxSettings = 64 << 20
    /// Prefix of every token.
    package static let marker = "ht_"
    private static let byteCount = 32

    /// Maximum size of the settings that a sealed token has. Only the gateway that makes a token with larger settings knows the token.
    private static let maxSealedSettings = 2_048
    private static let maxSealedLength = 12_000
    private static let place = "token"

    private let state: Mutex<State>
    /// Seal of tokens that other gateways can read; nil when this gateway is the only one.
    private let seal: SealingKey?
    /// Returns the time of day.
    private let timeOfDay: @Sendable () -> UnixTime

    /// Makes an empty set of tokens.
    ///
    /// - Throws: when the system has no randomness.
    package convenience init() throws(TLSError) { try self.init(shared: nil) { UnixTime(milliseconds: 0) } }

    /// Makes an empty set of tokens.
    ///
    /// - Parameters:
    ///   - shared: the secret of several gateways that accept one another's tokens; nil when this gateway is the only one.
    ///   - timeOfDay: returns the time of day, which all gateways share.
    /// - Throws: when the system has no randomness.
    package init(shared: InstallationSecret?, timeOfDay: @escaping @Sendable () -> UnixTime) throws(TLSError) {
        self.timeOfDay = timeOfDay
        state = Mutex(State(secret: try secureRandomBytes(Self.byteCount)))
        seal = shared.map { SealingKey(secret: $0.bytes, purpose: "harken-tokens") }
    }

    package func issue(_ terms: Terms, to caller: Caller, now: Instant) throws(RequestError) -> String {
        let bytes: [UInt8]
        do throws(TLSError) {
            if let sealed = try sealed(terms, caller, now) { bytes = sealed } else { bytes = try secureRandomBytes(Self.byteCount) }
        } catch { throw .internalError }
        let text = Self.marker + bytes.hexadecimal
        let code = authenticationCode(of: text)
        let holder = CallerID(caller)
        let isTaken = state.withLock { state in
            guard state.makeRoom(for: terms, of: holder, now: now) else { return false }
            state.add(Token(caller: caller, terms: terms, expires: now + terms.lifetime), code)
            return true
        }
        guard isTaken else { throw .tooManyRequests(retryAfter: .seconds(10)) }
        return text
    }

    /// Returns a token's bytes with its terms; nil when other gateways need not know the token, or must not, or its terms are too large.
    private func sealed(_ terms: Terms, _ caller: Caller, _ now: Instant) throws(TLSError) -> [UInt8]? {
        guard let seal, isSealed(terms) else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.member("expires_ms", Int((timeOfDay() + terms.lifetime).milliseconds))
        json.key("token")
        Token(caller: caller, terms: terms, expires: now + terms.lifetime).write(to: &json, Code(bytes: []), now: now)
        json.endObject()
        return try seal.seal(json.bytes, place: Self.place)
    }

    /// True if tokens with these terms have their terms in them. A token that resumes its session has not: other gateways could not tell that it was used.
    private func isSealed(_ terms: Terms) -> Bool { seal != nil && terms.resumeTime == nil && terms.settings.count <= Self.maxSealedSettings }

    /// Learns a token of another gateway from its text. A token that was used up here stays unknown.
    private func learn(_ text: String, _ code: Code) {
        let isKnown = state.withLock { $0.tokens[code] != nil || $0.used[code] != nil }
        let digits = text.dropFirst(Self.marker.count)
        // The code is one of the text: another spelling of the same bytes would be another token.
        guard !isKnown, let seal, let bytes = [UInt8](hexadecimal: String(digits)), bytes.hexadecimal == digits,
            let opened = seal.open(bytes, place: Self.place),
            let json = try? JSONDocument(parsing: opened, sizeLimit: Self.maxSealedLength), let expires = json.root["expires_ms"].int
        else { return }
        let now = Instant.now
        guard var token = Token(json.root["token"], now: now) else { return }
        token.expires = now + (UnixTime(milliseconds: Int64(expires)) - timeOfDay())
        guard now < token.expires else { return }
        state.withLock { [token] state in
            state.dropExpired(now)
            guard state.tokens[code] == nil, state.used[code] == nil,
                state.makeRoom(for: token.terms, of: CallerID(token.caller), now: now)
            else { return }
            state.add(token, code)
        }
    }

    /// The authentication code of a token's text.
    package struct Code: Hashable, Sendable {
        fileprivate let bytes: [UInt8]
    }

    /// Returns the code of the token `text`, or of another text of a token's form; nil when `text` does not have this form.
    package func code(of text: String) -> Code? {
        guard text.hasPrefix(Self.marker) else { return nil }
        let count = text.utf8.count - Self.marker.utf8.count
        guard count == 2 * Self.byteCount || seal != nil && count <= Self.maxSealedLength else { return nil }
        let code = authenticationCode(of: text)
        if count != 2 * Self.byteCount { learn(text, code) }
        return code
    }

    private func authenticationCode(of text: String) -> Code {
        Code(bytes: hmacSHA256(Array(text.utf8), key: state.withLock { $0.secret }))
    }

    /// Returns the caller that the token with this code admits at `path`; nil when there is no such token, or it has expired, or is not for this path, or
    /// was used up.
    ///
    /// A token with a `resumeTime` is bound to the session of its use. From then on it admits its caller to this session only.
    ///
    /// - Parameter session: the session of the caller's handshake; nil: the caller asks for something else.
    package func redeem(_ code: Code, at path: String, for session: HandshakeSession? = nil, now: Instant) -> AuthenticatedCaller? {
        state.withLock { state in
            guard var token = state.tokens[code], token.terms.paths.contains(path) else { return nil }
            guard now < token.expires else {
                state.remove(code)
                return nil
            }
            if token.session != nil {
                guard let resumed = session?.resumed, token.isBound(to: resumed) else { return nil }
                return token.admitted(resuming: resumed)
            }
            guard token.terms.isSingleUse else { return token.admitted() }
            state.remove(code)
            if isSealed(token.terms), !state.use(code, until: token.expires, now: now) { return nil }
            guard let session, let time = token.terms.resumeTime else { return token.admitted() }
            token.session = session.resumed ?? session.new
            token.expires = now + time
            state.add(token, code)
            return token.admitted(resuming: session.resumed)
        }
    }

    /// Returns the caller behind the token with this code, whatever its paths; nil when there is no such token. The token is not used up.
    package func caller(of code: Code) -> Caller? { state.withLock { $0.tokens[code]?.caller } }

    /// Returns the tokens in a form that `adopt` reads.
    package func document(now: Instant) -> [UInt8] {
        let (secret, tokens, used) = state.withLock { ($0.secret, $0.tokens, $0.used) }
        var json = JSONWriter()
        json.beginObject()
        json.member("version", Self.documentVersion)
        json.member("secret", secret.hexadecimal)
        json.key("tokens")
        json.beginArray()
        for (code, token) in tokens where token.session == nil && now < token.expires { token.write(to: &json, code, now: now) }
        json.endArray()
        // Earlier versions, which would take a used token for a new one, do not read this list.
        json.key("bound")
        json.beginArray()
        for (code, token) in tokens where token.session != nil && now < token.expires { token.write(to: &json, code, now: now) }
        json.endArray()
        json.key("used")
        json.beginArray()
        for (code, end) in used where now < end {
            json.beginObject()
            json.member("code", code.bytes.hexadecimal)
            json.member("left_ms", Int((end - now) / .milliseconds(1)) + 1)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// Takes the tokens of an earlier process over. Called before this process makes a token of its own.
    ///
    /// - Returns: false when the document cannot be read. Nothing is changed then.
    package func adopt(_ document: [UInt8], now: Instant) -> Bool {
        let json: JSONDocument
        do throws(JSONError) { json = try JSONDocument(parsing: document, sizeLimit: Self.maxDocument) } catch { return false }
        guard json.root["version"].int == Self.documentVersion, let secret = json.root["secret"].string.flatMap([UInt8].init(hexadecimal:)),
            secret.count == Self.byteCount
        else { return false }
        var found: [(Code, Token)] = []
        // Documents of earlier versions have neither bound nor used tokens.
        for name in ["tokens", "bound"] {
            let list = json.root[name]
            for index in 0..<list.count {
                let entry = list[index]
                guard let code = entry["code"].string.flatMap([UInt8].init(hexadecimal:)), let token = Token(entry, now: now) else { return false }
                found.append((Code(bytes: code), token))
            }
        }
        var used: [Code: Instant] = [:]
        let usedList = json.root["used"]
        for index in 0..<usedList.count {
            let entry = usedList[index]
            guard let code = entry["code"].string.flatMap([UInt8].init(hexadecimal:)), let left = entry["left_ms"].int else { return false }
            used[Code(bytes: code)] = now + .milliseconds(left)
        }
        return state.withLock { [used] state in
            guard state.tokens.isEmpty else { return false }
            state.secret = secret
            state.used = used
            for (code, token) in found where state.hasRoom(for: token.terms, of: CallerID(token.caller)) { state.add(token, code) }
            return true
        }
    }

    private static let documentVersion = 1
    /// Maximum size of a document of tokens: that of the settings, written as digits, and of everything else.
    package static let maxDocument = 256 << 20

    /// Number of tokens that are kept, expired ones included.
    package var count: Int { state.withLock { $0.tokens.count } }
}
