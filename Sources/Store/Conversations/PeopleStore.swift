package import Conversations
package import Speech

/// The store of the people whom a user knows. The rules of `ConversationStore` hold.
package protocol PeopleStore: Sendable {
    /// Returns the user's people in order of their names.
    func people(of user: ID<User>) async throws(StoreError) -> [Person]

    /// Stores a new person.
    ///
    /// - Parameter reusing: true to return an existing person whose name differs in case only, in place of a second person with the name.
    func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person

    /// Renames a person.
    ///
    /// - Returns: false when the person does not exist.
    func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges `person` into `other`: segments, voices and samples of `person` become those of `other`, and `person` is deleted.
    func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Deletes a person with their voices and samples. The person's segments stay, without a name.
    func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool
}
