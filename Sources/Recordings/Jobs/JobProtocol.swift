internal import Admission
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// How the jobs of one protocol are run and how their ends are told.
protocol JobProtocol: Sendable {
    /// Whether results can be asked for; else nothing is kept once their owner's server was told.
    var keepsResults: Bool { get }
    /// Whether uploads stay for other jobs; else they go when theirs is over.
    var keepsUploads: Bool { get }
    /// What is asked of the engines; nil: the order cannot be read any more.
    func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder?
    /// Does the work itself; nil: it is one recording, for the runner to have recognised.
    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RefusalCause) -> Transcript?
    /// Why a transcript is no success all the same; nil: it is one.
    func fault(in transcript: Transcript, of job: TranscriptionJob) -> String?
    /// A failure in the protocol's words, for the job's owner.
    func reason(_ cause: RefusalCause, of job: TranscriptionJob) -> String
    /// What the owner's server is told at the end; nil: nothing.
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
