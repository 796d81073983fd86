/// The state of a user's and a key's limits.
package struct Spending: Sendable, Equatable {
    /// Says which limit of audio is used up, and until when; nil: none is. Nothing more is recognized at the operator's cost.
    package var audioUsedUp: String?
    /// Says which budget is used up; nil: none is. Only what costs nothing is recognized.
    package var costUsedUp: String?
    /// Says which limit is nearly used up; nil: none is.
    package var warning: String?
    /// Audio that is left until the first limit of audio; nil: any amount.
    package var audioLeft: Duration?

    package init() {}

    /// Both limits hold: the first one that is used up speaks.
    package func and(_ other: Spending) -> Spending {
        var both = Spending()
        both.audioUsedUp = audioUsedUp ?? other.audioUsedUp
        both.costUsedUp = costUsedUp ?? other.costUsedUp
        both.warning = warning ?? other.warning
        both.audioLeft = [audioLeft, other.audioLeft].compactMap(\.self).min()
        return both
    }
}
