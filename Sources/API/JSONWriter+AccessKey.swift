package import Framing
internal import Speech
package import Store

extension JSONWriter {
    /// Writes all members of a key except its id. Times are in UTC, RFC 3339.
    package mutating func members(of key: AccessKey) {
        member("prefix", key.prefix)
        self.key("name")
        value(key.name)
        member("user", key.user.rawValue)
        self.key("scopes")
        array(key.scopes)
        self.key("languages")
        array(key.languages.map(\.rawValue))
        member("created_at", key.created.rfc3339)
        self.key("expires_at")
        value(key.expires?.rfc3339)
        self.key("revoked_at")
        value(key.revoked?.rfc3339)
        self.key("credits")
        if let credit = key.credit { value(Int(credit.components.seconds)) } else { null() }
    }

    private mutating func value(_ text: String?) {
        if let text { value(text) } else { null() }
    }
}
