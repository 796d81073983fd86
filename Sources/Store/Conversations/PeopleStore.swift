package import Conversations
package import Speech

/// The store of the people whom a user knows. The rules of `ConversationStore` hold.
///
/// One name is one person: see `NameKey`. Names are stored without blanks around them.
package protocol PeopleStore: Sendable {
    /// Returns the user's people in order of their names.
    func people(of user: ID<User>) async throws(StoreError) -> [Person]

    /// Stores a new person.
    ///
    /// - Parameter reusing: true to return the person who has the name already.
    /// - Throws: `StoreError.conflict` when a person has the name already and `reusing` is false, and when several people have it.
    func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person

    /// Renames a person.
    ///
    /// - Returns: false when the person does not exist.
    /// - Throws: `StoreError.conflict` when another person has the name; it says how to merge the two.
    func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges `person` into `other`: segments, voices and samples of `person` become those of `other`, and `person` is deleted.
    func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Deletes a person with their voices and samples. The person's segments stay, without a name.
    func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool
}
