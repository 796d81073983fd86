internal import Framing
internal import Net
package import Protocols
package import Speech
package import Store
internal import Synchronization

/// The logins of web pages: each is a sealed token that names a key or a user and the time of its end. The token does not have the key's text, and is not
/// stored; the store has only the codes of logins that were ended. May be used from any thread.
///
/// A login says who its holder is. Whether the holder's key is valid is asked at every request, and so is whether the login was ended.
package final class LoginTokens: Sendable {
    /// The holder of a login.
    package enum Holder: Sendable, Equatable {
        case key(ID<AccessKey>)
        /// A user of the identity provider.
        case user(ID<User>)
    }

    private struct State {
        /// Logins that their holders have ended, with the times when they would have expired.
        var ended: [[UInt8]: UnixTime] = [:]
        /// Logins about which the store could not be asked last.
        var doubtful: Set<[UInt8]> = []

        mutating func end(_ code: [UInt8], expires: UnixTime, now: UnixTime) {
            if ended.count >= LoginTokens.maxKept { ended = ended.filter { now < $0.value } }
            if ended.count >= LoginTokens.maxKept, let first = ended.min(by: { $0.value < $1.value }) { ended[first.key] = nil }
            ended[code] = expires
        }
    }

    /// Maximum time for which a login holds.
    package static let lifetime = Duration.seconds(12 * 3_600)
    /// Number of logins that are remembered here; beyond it, the ended ones that would expire first are forgotten. The store has them still.
    private static let maxKept = 10_000
    private static let place = "login"

    private let key: SealingKey
    private let store: any EndedLoginStore
    private let now: @Sendable () -> UnixTime
    private let state = Mutex(State())

    /// - Parameters:
    ///   - secret: the secret of the installation, so that a login holds over a restart of the gateway.
    ///   - store: the logins that were ended, by this process or another one.
    package init(secret: InstallationSecret, store: any EndedLoginStore, now: @escaping @Sendable () -> UnixTime) {
        key = SealingKey(secret: secret.bytes, purpose: "harken-logins")
        self.store = store
        self.now = now
    }

    /// Makes a login.
    ///
    /// - Parameter lifetime: time for which the login holds; at most `LoginTokens.lifetime`.
    package func issue(to holder: Holder, for lifetime: Duration) throws(RequestError) -> String {
        let expires = now() + min(lifetime, Self.lifetime)
        let text =
            switch holder {
            case .key(let id): "key \(expires.milliseconds) \(id.rawValue)"
            case .user(let id): "user \(expires.milliseconds) \(id.rawValue)"
            }
        do throws(TLSError) { return Base64.encode(try key.seal(Array(text.utf8), place: Self.place)) } catch { throw .internalError }
    }

    /// Returns the holder of a login; nil when the text is not a login, or the login has expired or is known to be ended.
    package func holder(of text: String) -> Holder? { read(text)?.holder }

    /// Asks the store whether a login was ended. Called before `check`, for each request.
    package func load(_ text: String) async {
        guard let login = read(text) else { return }
        let isEnded: Bool?
        do throws(StoreError) { isEnded = try await store.isLoginEnded(login.code) } catch { isEnded = nil }
        let time = now()
        state.withLock { state in
            if isEnded == true { state.end(login.code, expires: login.expires, now: time) }
            if isEnded != nil {
                state.doubtful.remove(login.code)
            } else {
                if state.doubtful.count >= Self.maxKept { state.doubtful = [] }
                state.doubtful.insert(login.code)
            }
        }
    }

    /// Returns the holder of a login, as `load` has found it.
    ///
    /// - Throws: `unavailable` when the store could not be asked; `unauthenticated` when the login does not hold.
    package func check(_ text: String) throws(RequestError) -> Holder {
        guard let login = read(text) else { throw .unauthenticated }
        guard !state.withLock({ $0.doubtful.contains(login.code) }) else { throw .unavailable("The key store cannot be read.") }
        return login.holder
    }

    /// Ends a login. A text that is not a login changes nothing.
    ///
    /// - Throws: `unavailable` when the end cannot be stored; in this process the login is ended nevertheless.
    package func end(_ text: String) async throws(RequestError) {
        // A login that is ended here may not be ended in the store yet.
        guard let login = content(of: text) else { return }
        let time = now()
        state.withLock { $0.end(login.code, expires: login.expires, now: time) }
        do throws(StoreError) { try await store.endLogin(login.code, expires: login.expires) } catch {
            throw .unavailable("The end of the login cannot be kept now; log out again in a moment.")
        }
    }

    private func read(_ text: String) -> (holder: Holder, expires: UnixTime, code: [UInt8])? {
        guard let login = content(of: text), !state.withLock({ $0.ended[login.code] != nil }) else { return nil }
        return login
    }

    private func content(of text: String) -> (holder: Holder, expires: UnixTime, code: [UInt8])? {
        guard text.utf8.count <= 1_024, let sealed = Base64.decode(text), let bytes = key.open(sealed, place: Self.place) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let expires = Int64(parts[1]).map({ UnixTime(milliseconds: $0) }), now() < expires else { return nil }
        // One login may be written in several ways; its bytes are the same.
        var digest = SHA256()
        digest.update(sealed.span.bytes)
        let code = digest.finish()
        switch parts[0] {
        case "key": return (.key(ID(String(parts[2]))), expires, code)
        case "user": return (.user(ID(String(parts[2]))), expires, code)
        case _: return nil
        }
    }
}
