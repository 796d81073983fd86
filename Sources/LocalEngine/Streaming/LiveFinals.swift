/// The way in which the finals of live streams are decided.
package enum LiveFinals: Sendable, Hashable {
    /// Each utterance is recognized by itself, behind the words before it: `UtteranceMachine`.
    case utterances
    /// The audio alone decides, whatever the load: `LiveCore`.
    case core
}
