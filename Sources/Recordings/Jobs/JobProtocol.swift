internal import Admission
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// Runs the jobs of one protocol and reports their ends.
protocol JobProtocol: Sendable {
    /// True if results can be requested later. If false, a job is deleted once its owner's server was notified.
    var keepsResults: Bool { get }
    /// Returns true if a job's uploads stay: other jobs may need them, or the job may be ordered again. If false, they are removed.
    func keepsUploads(after outcome: JobOutcome) -> Bool
    /// Returns the order for the engines; nil: the order cannot be read any more.
    func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder?
    /// Does the job's own work; nil: the job is one recording, which the runner has recognised.
    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RequestError) -> Transcript?
    /// Returns the reason why a transcript is not a success; nil: the transcript is a success.
    func error(in transcript: Transcript, of job: TranscriptionJob) -> String?
    /// Returns a failure in the protocol's form, for the job's owner.
    func reason(_ error: RequestError, of job: TranscriptionJob) -> String
    /// Returns the callback that reports the end to the owner's server; nil: no callback is sent.
    func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback?
}

extension JobProtocol {
    func keepsUploads(after outcome: JobOutcome) -> Bool { true }

    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RequestError) -> Transcript? { nil }
}

package struct JobOrder: Sendable {
    var options: RecognitionOptions
    var format: AudioFormat
}
