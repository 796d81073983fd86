internal import Framing
package import Speech

/// The usage of a user's open sessions at one gateway so far, at the operator's cost. The ledger does not have it before the sessions' streams end.
package struct OpenUserUsage: Sendable, Equatable {
    package var user: ID<User>
    /// The key with which the sessions were opened; nil: none.
    package var key: ID<AccessKey>?
    package var audio: Duration
    package var cost: USDollars
    /// Number of live sessions.
    package var sessions: Int

    package init(user: ID<User>, key: ID<AccessKey>?, audio: Duration = .zero, cost: USDollars = .zero, sessions: Int = 0) {
        self.user = user
        self.key = key
        self.audio = audio
        self.cost = cost
        self.sessions = sessions
    }

    /// Maximum size of a gateway's document. The usage of further users is known only to that gateway.
    private static let maxSize = 4 << 20
    private static let maxEntrySize = 4_096

    /// Returns the usage as a document for the register of replicas.
    static func document(_ all: [OpenUserUsage]) -> String {
        guard !all.isEmpty else { return "" }
        var json = JSONWriter()
        json.beginArray()
        for usage in all where json.bytes.count < maxSize - maxEntrySize {
            json.beginObject()
            json.member("user", usage.user.rawValue)
            if let key = usage.key { json.member("key", key.rawValue) }
            if usage.audio > .zero { json.member("audio_us", Int(usage.audio / .microseconds(1))) }
            if usage.cost > .zero { json.member("cost", Int(usage.cost.hundredMillionths)) }
            if usage.sessions > 0 { json.member("sessions", usage.sessions) }
            json.endObject()
        }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Reads a document. Entries that cannot be understood are left out.
    static func read(_ document: String) -> [OpenUserUsage] {
        guard !document.isEmpty, let json = try? JSONDocument(parsing: Array(document.utf8), sizeLimit: maxSize) else { return [] }
        return (0..<json.root.count).compactMap { index in
            let entry = json.root[index]
            guard let user = entry["user"].string else { return nil }
            return OpenUserUsage(
                user: ID(user), key: entry["key"].string.map { ID($0) }, audio: .microseconds(entry["audio_us"].int ?? 0),
                cost: USDollars(hundredMillionths: Int64(entry["cost"].int ?? 0)), sessions: entry["sessions"].int ?? 0)
        }
    }
}
