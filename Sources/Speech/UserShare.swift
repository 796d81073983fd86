/// The users with whom something new is tried: a share of all users, and some by name. A user's answer is the same in every process, and a user of a
/// smaller share belongs to each larger one too. Pure.
package struct UserShare: Sendable, Equatable {
    /// Share of all users, 0…1.
    package var share: Double
    /// Users who belong to it whatever the share is.
    package var users: Set<String>
    /// Name of what is tried, so that not always the same users try what is new.
    private let name: String

    package init(_ name: String, share: Double = 1, users: Set<String> = []) {
        self.name = name
        self.share = share
        self.users = users
    }

    package func contains(_ user: ID<User>) -> Bool {
        share >= 1 || users.contains(user.rawValue) || StableShare.position(of: name + "/" + user.rawValue) < share
    }

    /// True if no user is left out.
    package var isEverybody: Bool { share >= 1 }

    /// In words, such as "5 % of users and 2 by name".
    package var text: String {
        guard !isEverybody else { return "all users" }
        let percent = "\((share * 1_000).rounded() / 10)"
        let part = "\(percent.hasSuffix(".0") ? String(percent.dropLast(2)) : percent) % of users"
        return users.isEmpty ? part : "\(part) and \(users.count) by name"
    }
}

/// The place of a text in an even distribution.
package enum StableShare {
    /// Returns a number 0..<1, which is always the same for a text.
    package static func position(of text: String) -> Double {
        // FNV-1a; a last multiplication mixes the high bits well.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) * 0x1p-53
    }
}
