import Conversations
import Speech

/// What one user has in the database. All numbers of rows that code here works with were found through one.
struct UserPartition {
    let number: Int64

    /// nil when nothing was ever kept for the user.
    static func find(_ user: ID<User>, on connection: borrowing SQLiteConnection) throws(StoreError) -> UserPartition? {
        var found: UserPartition?
        try connection.run("SELECT number FROM archives WHERE user = ?", [.text(user.rawValue)]) { (row) throws(StoreError) in
            found = row.integer(0).map { UserPartition(number: $0) }
        }
        return found
    }

    static func findOrMake(_ user: ID<User>, on connection: borrowing SQLiteConnection) throws(StoreError) -> UserPartition {
        if let found = try find(user, on: connection) { return found }
        try ConversationLimits.check(user)
        try connection.run("INSERT INTO archives (user) VALUES (?)", [.text(user.rawValue)])
        guard let made = try find(user, on: connection) else { throw .constraint("the user's partition could not be created") }
        return made
    }

    /// The rows of segments and windows have numbers from here on…
    var firstNumber: Int64 { number << 32 }
    /// …up to here.
    var lastNumber: Int64 { firstNumber | 0xFFFF_FFFF }

    func conversation(_ id: ID<Conversation>, on connection: borrowing SQLiteConnection) throws(StoreError) -> Int64? {
        try connection.integer("SELECT number FROM conversations WHERE archive = ? AND id = ?", [.integer(number), .text(id.rawValue)])
    }

    func person(_ id: ID<Person>, on connection: borrowing SQLiteConnection) throws(StoreError) -> Int64? {
        try connection.integer("SELECT number FROM people WHERE archive = ? AND id = ?", [.integer(number), .text(id.rawValue)])
    }

    /// The voice itself, or the one that it was joined to.
    func voice(_ id: ID<Voice>, on connection: borrowing SQLiteConnection) throws(StoreError) -> Int64? {
        try connection.integer(
            "SELECT coalesce(joined_to, number) FROM voices WHERE archive = ? AND id = ?", [.integer(number), .text(id.rawValue)])
    }

    /// The next `count` numbers for segments; the first one is returned.
    func takeSegmentNumbers(_ count: Int, on connection: borrowing SQLiteConnection) throws(StoreError) -> Int64 {
        let next = try connection.integer(
            "UPDATE archives SET next_segment = next_segment + ? WHERE number = ? RETURNING next_segment",
            [.integer(count), .integer(number)])
        return try first(of: count, before: next)
    }

    /// The next `count` numbers for windows; the first one is returned.
    func takeWindowNumbers(_ count: Int, on connection: borrowing SQLiteConnection) throws(StoreError) -> Int64 {
        let next = try connection.integer(
            "UPDATE archives SET next_window = next_window + ? WHERE number = ? RETURNING next_window", [.integer(count), .integer(number)])
        return try first(of: count, before: next)
    }

    private func first(of count: Int, before next: Int64?) throws(StoreError) -> Int64 {
        guard let next, next <= 0xFFFF_FFFF else { throw .tooMuch("the user has the largest possible number of rows") }
        return firstNumber | (next - Int64(count))
    }

    /// People or voices have changed.
    func revise(on connection: borrowing SQLiteConnection) throws(StoreError) {
        try connection.run("UPDATE archives SET revision = revision + 1 WHERE number = ?", [.integer(number)])
    }
}

extension SQLiteConnection {
    /// The first column of the only row; nil when there is none.
    borrowing func integer(_ sql: StaticString, _ values: [SQLiteValue] = []) throws(StoreError) -> Int64? {
        var found: Int64?
        try run(sql, values) { (row) throws(StoreError) in found = row.integer(0) }
        return found
    }
}

/// Whose a voice or a segment is, as columns.
struct OwnerColumns {
    var person: Int64?
    var isUser: Bool

    static let nobody = OwnerColumns(person: nil, isUser: false)

    private init(person: Int64?, isUser: Bool) {
        self.person = person
        self.isUser = isUser
    }

    /// nil when the user has no such person.
    init?(_ owner: Voice.Owner, in archive: UserPartition, on connection: borrowing SQLiteConnection) throws(StoreError) {
        switch owner {
        case .nobody: (person, isUser) = (nil, false)
        case .user: (person, isUser) = (nil, true)
        case .person(let id):
            guard let number = try archive.person(id, on: connection) else { return nil }
            (person, isUser) = (number, false)
        }
    }
}
