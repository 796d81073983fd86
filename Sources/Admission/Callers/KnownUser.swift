internal import Framing
internal import Net
package import Protocols
package import Speech
package import Store

/// The store's knowledge of a user when a live session of the user begins.
package struct KnownUser: Sendable {
    package var choices = UserChoices()
    /// Fingerprints of the keys that the user enrolled, by vendor; nil: the store could not say.
    var fingerprints: [EngineName: String]?
    /// Audio of the user that engines hear before a live conversation, one channel at `.speech`; nil: none.
    package var introduction: [Float]?

    package init(_ user: ID<User>, in store: any UserSettingsStore) async {
        do throws(StoreError) {
            choices = UserChoices(settings: try await store.settings(of: user))
            let keys = try await store.providerKeys(of: user)
            fingerprints = Dictionary(keys.map { ($0.provider, $0.fingerprint) }, uniquingKeysWith: { $1 })
        } catch {
            // A session may go on without choices, but no key is taken for one that it may not be.
            fingerprints = nil
        }
    }

    /// Returns the part of a key that is kept: the SHA-256 digest in hexadecimal; nil: there is no digest.
    package static func fingerprint(of key: String) -> String? {
        let digest = SHA256.digest(Array(key.utf8))
        return digest.isEmpty ? nil : digest.hexadecimal
    }

    /// Refuses keys other than those that the user enrolled.
    package func check(_ keys: [BYOKCredential]) throws(RefusalCause) {
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
