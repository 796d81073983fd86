package import Conversations
package import Speech

/// The store of the people whom a user knows. The rules of `ConversationStore` hold.
package protocol PeopleStore: Sendable {
    /// Returns the user's people in order of their names.
    func people(of user: ID<User>) async throws(StoreError) -> [Person]

    /// - Parameter reusing: a person whose name differs in case only is returned instead of a second one of the name.
    func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person

    /// - Returns: false when the person is not there.
    func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool

    /// Merges `person` into `other`: segments, voices and samples become `other`'s, and `person` is gone.
    func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Deletes a person with their voices and samples. What the person said stays, without a name.
    func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool
}
