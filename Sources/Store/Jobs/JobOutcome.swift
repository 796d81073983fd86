package import Speech

/// The end of a job.
package enum JobOutcome: Sendable, Equatable {
    case completed(Transcript)
    /// Why, in the words of the job's protocol.
    case failed(String)
}
