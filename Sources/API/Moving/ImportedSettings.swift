internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// The settings of an archive that mean the same on every gateway. Webhooks are left out: the user sets them anew, and gets a new secret.
struct ImportedSettings: Sendable {
    private static let maxKeys = 64
    /// Length of a fingerprint: a SHA-256 digest in hexadecimal digits.
    private static let fingerprintLength = 64

    var settings: [String: String] = [:]
    var keys: [ProviderKey] = []
    /// Names of settings and vendors whose values are refused.
    var refused: [String] = []

    /// Reads `user.json`.
    init(_ json: JSONView) {
        for setting in UserChoices.Setting.allCases {
            guard let value = json["settings"][setting.rawValue].string else { continue }
            if setting.fault(in: value) == nil { settings[setting.rawValue] = value } else { refused.append(setting.rawValue) }
        }
        if let profile = json["settings"][SpeechProfiles.setting].string {
            let isAccepted = !profile.isEmpty && profile.utf8.count <= ConversationLimits.identifier
            if isAccepted { settings[SpeechProfiles.setting] = profile } else { refused.append(SpeechProfiles.setting) }
        }
        let list = json["provider_keys"]
        for index in 0..<min(list.count, Self.maxKeys) {
            let key = list[index]
            guard let provider = key["provider"].string, Catalogue.vendors.contains(where: { $0.name.rawValue == provider }) else { continue }
            guard let fingerprint = key["fingerprint"].string, Self.isFingerprint(fingerprint), let created = key.time("created_at") else {
                refused.append(provider)
                continue
            }
            keys.append(ProviderKey(provider: EngineName(provider), fingerprint: fingerprint, created: created))
        }
    }

    private static func isFingerprint(_ text: String) -> Bool {
        text.utf8.count == fingerprintLength
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}
