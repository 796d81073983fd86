internal import Framing
internal import Net
package import Protocols
package import Speech
package import Store
internal import Synchronization

/// The logins of web pages: each is a sealed token that names a key or a user and the time of its end. Nothing is stored, and the token does not have
/// the key's text. May be used from any thread.
///
/// A login says who its holder is. Whether the holder's key is valid is asked at every request.
package final class LoginTokens: Sendable {
    /// The holder of a login.
    package enum Holder: Sendable, Equatable {
        case key(ID<AccessKey>)
        /// A user of the identity provider.
        case user(ID<User>)
    }

    /// Maximum time for which a login holds.
    package static let lifetime = Duration.seconds(12 * 3_600)
    /// Number of ended logins that are remembered; beyond it, the ones that would expire first are forgotten.
    private static let maxEnded = 10_000
    private static let place = "login"

    private let key: SealingKey
    private let now: @Sendable () -> UnixTime
    /// Logins that their holders have ended, with the times when they would have expired.
    private let ended = Mutex<[String: UnixTime]>([:])

    /// - Parameter secret: the secret of the installation, so that a login holds over a restart of the gateway.
    package init(secret: InstallationSecret, now: @escaping @Sendable () -> UnixTime) {
        key = SealingKey(secret: secret.bytes, purpose: "harken-logins")
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

    /// Returns the holder of a login; nil when the text is not a login, or the login has expired or was ended.
    package func holder(of text: String) -> Holder? { read(text)?.holder }

    /// Ends a login, in this process. A text that is not a login changes nothing.
    package func end(_ text: String) {
        guard let expires = read(text)?.expires else { return }
        let time = now()
        ended.withLock { ended in
            if ended.count >= Self.maxEnded { ended = ended.filter { time < $0.value } }
            if ended.count >= Self.maxEnded, let first = ended.min(by: { $0.value < $1.value }) { ended[first.key] = nil }
            ended[text] = expires
        }
    }

    private func read(_ text: String) -> (holder: Holder, expires: UnixTime)? {
        guard text.utf8.count <= 1_024, let sealed = Base64.decode(text), let bytes = key.open(sealed, place: Self.place) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let expires = Int64(parts[1]).map({ UnixTime(milliseconds: $0) }), now() < expires else { return nil }
        guard !ended.withLock({ $0[text] != nil }) else { return nil }
        switch parts[0] {
        case "key": return (.key(ID(String(parts[2]))), expires)
        case "user": return (.user(ID(String(parts[2]))), expires)
        case _: return nil
        }
    }
}
