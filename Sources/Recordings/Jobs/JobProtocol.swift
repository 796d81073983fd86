internal import Admission
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// Runs the jobs of one protocol and reports their ends.
protocol JobProtocol: Sendable {
    /// True if results can be asked for. If false, nothing is kept once the owner's server was told.
    var keepsResults: Bool { get }
    /// True if uploads stay for other jobs. If false, uploads are removed when their job is over.
    var keepsUploads: Bool { get }
    /// Returns the order for the engines; nil: the order cannot be read any more.
    func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder?
    /// Does the work itself; nil: it is one recording, for the runner to have recognised.
    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RefusalCause) -> Transcript?
    /// Returns the reason why a transcript is no success; nil: the transcript is a success.
    func fault(in transcript: Transcript, of job: TranscriptionJob) -> String?
    /// A failure in the protocol's words, for the job's owner.
    func reason(_ cause: RefusalCause, of job: TranscriptionJob) -> String
    /// Returns the callback that tells the owner's server of the end; nil: no callback is sent.
    func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback?
}

extension JobProtocol {
    var keepsUploads: Bool { true }

    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RefusalCause) -> Transcript? { nil }
}

package struct JobOrder: Sendable {
    var options: RecognitionOptions
    var format: AudioFormat
}
