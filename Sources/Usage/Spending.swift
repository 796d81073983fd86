/// The state of a user's and a key's limits.
package struct Spending: Sendable, Equatable {
    /// Text that says which limit of audio is used up, and until when; nil: none is. When set, no more audio is recognized at the operator's cost.
    package var audioUsedUp: String?
    /// Text that says which budget is used up; nil: none is. When set, only free recognition is possible.
    package var costUsedUp: String?
    /// Text that says which limit is nearly used up; nil: none is.
    package var warning: String?
    /// Audio that is left until the first limit of audio; nil: no limit.
    package var audioLeft: Duration?

    package init() {}

    /// Returns the state of both limits together: the text of the first used-up limit counts.
    package func and(_ other: Spending) -> Spending {
        var both = Spending()
        both.audioUsedUp = audioUsedUp ?? other.audioUsedUp
        both.costUsedUp = costUsedUp ?? other.costUsedUp
        both.warning = warning ?? other.warning
        both.audioLeft = [audioLeft, other.audioLeft].compactMap(\.self).min()
        return both
    }
}
