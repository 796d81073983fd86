internal import Admission
internal import Protocols
internal import Speech
internal import Store

/// Jobs of background work: a job may have several recordings, whose words go into conversations. The job itself keeps a report.
protocol WorkloadJobs: JobProtocol {
    func report(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async -> WorkloadReport
}

extension WorkloadJobs {
    var keepsResults: Bool { true }

    func error(in transcript: Transcript, of job: TranscriptionJob) -> String? { nil }
    func reason(_ error: RequestError, of job: TranscriptionJob) -> String {
        let words = error.plain.message
        return ProviderError(error).map { ProviderTag($0).following(words) } ?? words
    }
    func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback? { nil }

    func work(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(RequestError) -> Transcript? {
        // Orders of earlier versions have the names of the vendors in the order.
        if grant.keys.isEmpty, SyncOrder(job.request)?.ownKeys.isEmpty == false { throw .ownKeyGone }
        let report = await report(on: job, grant, services)
        guard !Task.isCancelled else { throw .engine(.cancelled) }
        return report.transcript
    }
}
