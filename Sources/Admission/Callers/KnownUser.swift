internal import Framing
internal import Net
package import Protocols
package import Speech
package import Store

/// The user's data that is read from the store when a live session of the user begins.
package struct KnownUser: Sendable {
    package var choices = UserChoices()
    /// Fingerprints of the keys that the user enrolled, by vendor; nil when the store could not be read.
    var fingerprints: [EngineName: String]?
    /// Audio of the user that engines hear before a live conversation, one channel at `.speech`; nil when there is none.
    package var introduction: [Float]?

    package init(_ user: ID<User>, in store: any UserSettingsStore) async {
        do throws(StoreError) {
            choices = UserChoices(settings: try await store.settings(of: user))
            let keys = try await store.providerKeys(of: user)
            fingerprints = Dictionary(keys.map { ($0.provider, $0.fingerprint) }, uniquingKeysWith: { $1 })
        } catch {
            // A session may continue without the user's choices, but an enrolled key cannot be checked, so no vendor key is accepted.
            fingerprints = nil
        }
    }

    /// Returns the fingerprint of a key, which is stored in place of the key: the SHA-256 digest in hexadecimal; nil when there is no digest.
    package static func fingerprint(of key: String) -> String? {
        let digest = SHA256.digest(Array(key.utf8))
        return digest.isEmpty ? nil : digest.hexadecimal
    }

    /// Rejects keys other than those that the user enrolled.
    package func check(_ keys: [BYOKCredential]) throws(RequestError) {
        guard !keys.isEmpty else { return }
        guard let fingerprints else { throw .unavailable("Enrolled keys cannot be read.") }
        for key in keys {
            guard let enrolled = fingerprints[key.vendor] else { continue }
            let shown = Self.fingerprint(of: key.credential.secret)
            if let shown, constantTimeEquals(Array(enrolled.utf8), Array(shown.utf8)) { continue }
            throw .otherKey("BYOK key fingerprint mismatch for provider: \(key.vendor)")
        }
    }
}
