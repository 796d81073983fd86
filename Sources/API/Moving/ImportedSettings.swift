internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// The settings of an archive that mean the same on every gateway. Webhooks are left out: the user sets them anew, and gets a new secret.
struct ImportedSettings: Sendable {
    private static let names = Set(UserChoices.Setting.allCases.map(\.rawValue) + [SpeechProfiles.setting])
    /// Length of a fingerprint: a SHA-256 digest in hexadecimal digits.
    private static let maxFingerprint = 64

    var settings: [String: String] = [:]
    var keys: [ProviderKey] = []

    /// Reads `user.json`. What cannot be read is left out.
    init(_ json: JSONView) {
        for name in Self.names {
            if let value = json["settings"][name].string { settings[name] = value }
        }
        let list = json["provider_keys"]
        for index in 0..<min(list.count, ConversationLimits.settings) {
            let key = list[index]
            guard let provider = key["provider"].string, Catalogue.vendors.contains(where: { $0.name.rawValue == provider }),
                let fingerprint = key["fingerprint"].string, fingerprint.utf8.count <= Self.maxFingerprint,
                fingerprint.allSatisfy(\.isHexDigit), let created = key.time("created_at")
            else { continue }
            keys.append(ProviderKey(provider: EngineName(provider), fingerprint: fingerprint, created: created))
        }
    }
}
