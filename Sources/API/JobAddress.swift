package import Speech
package import Store

/// The addresses of jobs in the API.
package enum JobAddress {
    package static let path = APIOperation.root + "/jobs"

    /// Returns the path that returns a job's state.
    package static func address(of job: ID<TranscriptionJob>) -> String { path + "/" + job.rawValue }
}
