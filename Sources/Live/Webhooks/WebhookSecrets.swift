internal import Admission
internal import Framing
internal import Net
package import Speech
package import Store

/// The secrets with which the gateway signs requests to users' webhooks. A secret is made from the installation's secret and the user's seed, so no
/// secret is stored.
package struct WebhookSecrets: Sendable {
    private static let seedLength = 16

    private let key: [UInt8]

    /// - Parameter directory: the data directory whose installation secret is used. The installation secret is made if it does not exist.
    package init(of directory: DataDirectory) throws(StoreError) {
        key = hmacSHA256(Array("harken-webhooks".utf8), key: try InstallationSecret(of: directory).bytes)
    }

    /// Returns the secret of a user's webhooks.
    ///
    /// - Parameter seed: the user's setting `UserWebhook.seedSetting`. Another seed gives another secret.
    package func secret(of user: ID<User>, seed: String) -> String {
        "whsec_" + hmacSHA256(Array("\(user.rawValue)\n\(seed)".utf8), key: key).hexadecimal
    }

    /// Returns a new seed; nil when the system has no random bytes.
    package static func newSeed() -> String? { try? secureRandomBytes(seedLength).hexadecimal }
}
