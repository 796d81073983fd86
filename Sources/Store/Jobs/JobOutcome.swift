package import Speech

/// The end of a job.
package enum JobOutcome: Sendable, Equatable {
    case completed(Transcript)
    /// The job failed. The text is the reason, in the words of the job's protocol.
    case failed(String)
}
