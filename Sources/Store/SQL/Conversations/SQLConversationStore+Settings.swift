package import Speech

extension SQLConversationStore {
    package func settings(of user: ID<User>) async throws(StoreError) -> [String: String] {
        let settings = try await read(user) { (archive, connection) throws(StoreError) -> [String: String]? in
            var settings: [String: String] = [:]
            try connection.run("SELECT name, value FROM settings WHERE archive = ?", [.integer(archive.number)]) { (row) throws(StoreError) in
                if let name = row.text(0) { settings[name] = row.text(1) }
            }
            return settings
        }
        return settings ?? [:]
    }

    package func set(_ name: String, to value: String?, of user: ID<User>) async throws(StoreError) {
        try ConversationLimits.check(name, "a setting's name", most: ConversationLimits.identifier)
        try ConversationLimits.check(value, "a setting", most: ConversationLimits.settingValue)
        let isDeleted = try await database.write(.user(user)) { (connection) throws(StoreError) -> Bool in
            let archive = try UserPartition.findOrMake(user, on: connection)
            guard let value else {
                try connection.run("DELETE FROM settings WHERE archive = ? AND name = ?", [.integer(archive.number), .text(name)])
                guard try connection.changedRows() > 0 else { return false }
                try Self.noteErasure(of: .rows, on: connection)
                return true
            }
            try connection.run(
                "INSERT INTO settings (archive, name, value) VALUES (?, ?, ?) ON CONFLICT (archive, name) DO UPDATE SET value = excluded.value",
                [.integer(archive.number), .text(name), .text(value)])
            let count = try connection.integer("SELECT count(*) FROM settings WHERE archive = ?", [.integer(archive.number)]) ?? 0
            try ConversationLimits.check(Int(count), "settings", most: ConversationLimits.settings)
            return false
        }
        if isDeleted { startErasing() }
    }

    package func users(with setting: String) async throws(StoreError) -> [ID<User>] {
        try await database.read { (connection) throws(StoreError) in
            var users: [ID<User>] = []
            try connection.run(
                "SELECT a.user FROM settings s JOIN archives a ON a.number = s.archive WHERE s.name = ?", [.text(setting)]
            ) { (row) throws(StoreError) in users.append(ID(row.text(0) ?? "")) }
            return users
        }
    }

    package func providerKeys(of user: ID<User>) async throws(StoreError) -> [ProviderKey] {
        let keys = try await read(user) { (archive, connection) throws(StoreError) -> [ProviderKey]? in
            var keys: [ProviderKey] = []
            try connection.run(
                "SELECT provider, fingerprint, created_at FROM provider_keys WHERE archive = ? ORDER BY provider", [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                keys.append(ProviderKey(provider: EngineName(row.text(0) ?? ""), fingerprint: row.text(1) ?? "", created: row.time(2)))
            }
            return keys
        }
        return keys ?? []
    }

    package func set(_ key: ProviderKey, of user: ID<User>) async throws(StoreError) {
        try ConversationLimits.check(key.provider.rawValue, "a provider's name", most: ConversationLimits.identifier)
        try ConversationLimits.check(key.fingerprint, "a fingerprint", most: ConversationLimits.name)
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            try connection.run(
                """
                INSERT INTO provider_keys (archive, provider, fingerprint, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (archive, provider) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = excluded.created_at
                """,
                [.integer(archive.number), .text(key.provider.rawValue), .text(key.fingerprint), .time(key.created)])
            let count = try connection.integer("SELECT count(*) FROM provider_keys WHERE archive = ?", [.integer(archive.number)]) ?? 0
            try ConversationLimits.check(Int(count), "provider keys", most: ConversationLimits.settings)
        }
    }

    package func removeProviderKey(_ provider: EngineName, of user: ID<User>) async throws(StoreError) -> Bool {
        try await deleteRow(provider.rawValue, of: user, by: "DELETE FROM provider_keys WHERE archive = ? AND provider = ?")
    }
}
