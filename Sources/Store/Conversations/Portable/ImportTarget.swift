package import Speech

/// The data of a user into which an import writes. The target is gone when the user is deleted, also if the same user comes back.
package struct ImportTarget: Sendable, Equatable {
    package let user: ID<User>
    /// Row number of the user's partition, which no later partition gets.
    let partition: Int64
}
