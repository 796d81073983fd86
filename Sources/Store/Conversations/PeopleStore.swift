package import Conversations
package import Speech

/// The store of the people whom a user knows. The rules of `ConversationStore` hold.
package protocol PeopleStore: Sendable {
    /// In order of their names.
    func people(of user: ID<User>) async throws(StoreError) -> [Person]

    /// - Parameter reusing: a person whose name differs in case only is returned instead of a second one of the name.
    func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person

    func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool

    /// What is `person`'s becomes `other`'s: segments, voices, samples. `person` is gone.
    func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Delete a person with their voices and samples. What the person said stays, without a name.
    func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool
}
