import Conversations
import Speech

/// The data of one user in the database. Code finds every row number that it works with through a partition, so no row of another user is reached.
struct UserPartition {
    let number: Int64

    /// Finds the partition of a user; nil when nothing was ever stored for the user, and from the first moment of the user's deletion on.
    static func find(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> UserPartition? {
        try connection.integer(
            "SELECT number FROM archives WHERE user = ? AND user NOT IN (SELECT d.user FROM deleted_users d)", [.text(user.rawValue)]
        ).map { UserPartition(number: $0) }
    }

    /// Finds the partition of a user who is being deleted, too. Only the deletion itself reads it.
    static func findDeleted(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> UserPartition? {
        try connection.integer("SELECT number FROM archives WHERE user = ?", [.text(user.rawValue)]).map { UserPartition(number: $0) }
    }

    /// Returns true while the user is being deleted.
    static func isDeleted(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        try connection.integer("SELECT 1 FROM deleted_users WHERE user = ?", [.text(user.rawValue)]) != nil
    }

    /// - Throws: `conflict` while the user is being deleted: a new row would be deleted with the others.
    static func refuseDeleted(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) {
        guard try !isDeleted(user, on: connection) else {
            throw .conflict("the user is being deleted; nothing is stored for the user until that is complete")
        }
    }

    /// - Throws: `conflict` while the user is being deleted.
    static func findOrMake(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> UserPartition {
        if let found = try find(user, on: connection) { return found }
        try refuseDeleted(user, on: connection)
        try ConversationLimits.check(user)
        try connection.run("INSERT INTO archives (user) VALUES (?)", [.text(user.rawValue)])
        guard let made = try find(user, on: connection) else { throw .constraint("the user's partition could not be created") }
        return made
    }

    /// Lowest row number of the user's segments and windows.
    var firstNumber: Int64 { number << 32 }
    /// Highest row number of the user's segments and windows.
    var lastNumber: Int64 { firstNumber | 0xFFFF_FFFF }

    func conversation(_ id: ID<Conversation>, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        try connection.integer("SELECT number FROM conversations WHERE archive = ? AND id = ?", [.integer(number), .text(id.rawValue)])
    }

    func person(_ id: ID<Person>, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        try connection.integer(
            "SELECT number FROM people WHERE archive = ? AND id = ? AND joined_to IS NULL AND NOT is_gone", [.integer(number), .text(id.rawValue)])
    }

    /// Returns the row number of the voice, or of the voice that it was merged into.
    func voice(_ id: ID<Voice>, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        try connection.integer(
            "SELECT coalesce(joined_to, number) FROM voices WHERE archive = ? AND id = ? AND NOT is_gone", [.integer(number), .text(id.rawValue)])
    }

    /// Returns the row number of the voice itself, also when it was merged into another one.
    func ownVoice(_ id: ID<Voice>, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        try connection.integer("SELECT number FROM voices WHERE archive = ? AND id = ? AND NOT is_gone", [.integer(number), .text(id.rawValue)])
    }

    func sample(_ id: ID<SpeechSample>, on connection: borrowing SQLConnection) throws(StoreError) -> Int64? {
        try connection.integer("SELECT number FROM speech_samples WHERE archive = ? AND id = ?", [.integer(number), .text(id.rawValue)])
    }

    /// Reserves the next `count` numbers for segments, and returns the first of them.
    func takeSegmentNumbers(_ count: Int, on connection: borrowing SQLConnection) throws(StoreError) -> Int64 {
        let next = try connection.integer(
            "UPDATE archives SET next_segment = next_segment + ? WHERE number = ? RETURNING next_segment",
            [.integer(count), .integer(number)])
        return try first(of: count, before: next)
    }

    /// Reserves the next `count` numbers for windows, and returns the first of them.
    func takeWindowNumbers(_ count: Int, on connection: borrowing SQLConnection) throws(StoreError) -> Int64 {
        let next = try connection.integer(
            "UPDATE archives SET next_window = next_window + ? WHERE number = ? RETURNING next_window", [.integer(count), .integer(number)])
        return try first(of: count, before: next)
    }

    private func first(of count: Int, before next: Int64?) throws(StoreError) -> Int64 {
        guard let next, next <= 0xFFFF_FFFF else { throw .tooMuch("the user has the largest possible number of rows") }
        return firstNumber | (next - Int64(count))
    }

    /// Increments the revision of the user's people and voices.
    func revise(on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run("UPDATE archives SET revision = revision + 1 WHERE number = ?", [.integer(number)])
    }
}

/// The owner of a voice or a segment, as columns.
struct OwnerColumns {
    var person: Int64?
    var isUser: Bool

    static let nobody = OwnerColumns(person: nil, isUser: false)

    var isNobody: Bool { person == nil && !isUser }

    init(person: Int64?, isUser: Bool) {
        self.person = person
        self.isUser = isUser
    }

    /// Finds the owner's columns; nil when the user has no such person.
    init?(_ owner: Voice.Owner, in archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) {
        switch owner {
        case .nobody: (person, isUser) = (nil, false)
        case .user: (person, isUser) = (nil, true)
        case .person(let id):
            guard let number = try archive.person(id, on: connection) else { return nil }
            (person, isUser) = (number, false)
        }
    }
}
