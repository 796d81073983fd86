internal import Continuity
internal import Journal
internal import Speech

/// The promise of a client to send the audio of its interrupted session from the seam on to a new session. The gateway keeps that audio until the new
/// session has it.
struct SeamPromise: Sendable, Equatable {
    /// Maximum length of audio that the new session may lack: the sample rates of the two sessions may differ, and no word is so short.
    private static let tolerance: Duration = .milliseconds(50)

    /// Time of the seam in the interrupted session.
    let seam: Duration
    /// Time at which the audio of the interrupted session ends.
    let end: Duration

    /// True if a client whose audio begins at this time has all audio behind the seam. Less than a sample may lie between the two, because the sample
    /// rates of client and session may differ.
    func canBeKept(from kept: Duration) -> Bool { kept <= seam + .milliseconds(1) }

    /// True if a new session that has this length of audio has all audio behind the seam.
    func isKept(by length: Duration) -> Bool { seam + length >= end - Self.tolerance }
}

extension StoredTranscript {
    /// The promise of the session's client; nil when there is none, or it was kept.
    var promise: SeamPromise? {
        rest.map { SeamPromise(seam: transcript.received.duration(at: transcript.rate), end: ($0.end - .zero).duration(at: transcript.rate)) }
    }
}
