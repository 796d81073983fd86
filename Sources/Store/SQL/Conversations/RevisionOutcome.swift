/// The outcome of a change of a user's people, voices or samples.
enum RevisionOutcome: Sendable {
    /// The user does not have what is to be changed.
    case missing
    /// Everything was as it is to be before.
    case unchanged
    case changed
}
