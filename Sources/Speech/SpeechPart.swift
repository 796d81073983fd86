/// The part of somebody's speech that a recording has, for redaction: a number may go on from one recording to the next.
package enum SpeechPart: Sendable, Equatable {
    /// All of the speech.
    case whole
    /// The beginning. More speech may follow.
    case beginning
    /// Speech with other speech before it, which is not known here. More speech may follow.
    case later
}
