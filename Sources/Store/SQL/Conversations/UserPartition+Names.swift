import Conversations
import Speech

extension UserPartition {
    /// Returns the user's people who have this name, in the order in which they were added: at most one, except those whom an earlier version stored.
    ///
    /// All names are compared, in the transaction that writes: a user has at most `ConversationLimits.people`, and few changes name a person. The
    /// databases fold case in ways of their own, so a column for an index would have to be filled by Harken, in all rows of earlier versions too.
    func people(named name: String, on connection: borrowing SQLConnection) throws(StoreError) -> [Person] {
        var people: [Person] = []
        let key = NameKey(name)
        try connection.run(
            "SELECT id, name, created_at FROM people WHERE archive = ? AND joined_to IS NULL AND NOT is_gone ORDER BY number", [.integer(number)]
        ) { (row) throws(StoreError) in
            let person = Person(row)
            if NameKey(person.name) == key { people.append(person) }
        }
        return people
    }
}

extension StoreError {
    /// Returns the conflict of a name that another person has.
    ///
    /// - Parameter second: the person who would have the name too; nil for a person who is not stored.
    static func taken(_ name: String, by first: ID<Person>, and second: ID<Person>?) -> StoreError {
        guard let second else {
            return .conflict(
                """
                "\(name)" is the name of person \(first). If that is who is meant, use \(first), or send "reuse": true. If somebody else who is stored \
                is the same person, merge them: POST /people/\(first)/merge with {"person_id": ID}, Merge on the page People, or harken people merge \
                PERSON \(first). If not, choose another name
                """)
        }
        return .conflict(
            """
            "\(name)" is the name of another person. If both are one person, merge them: POST /people/\(first)/merge with \
            {"person_id": "\(second)"}, Merge on the page People, or harken people merge \(second) \(first). If not, give one of them another name
            """)
    }
}
