internal import Protocols
internal import Speech
internal import Store

/// Jobs of background work: several recordings may be in one, whose words go into conversations; the job itself keeps a report.
protocol WorkloadJobs: JobProtocol {
    func report(on job: TranscriptionJob, _ keys: OwnKeys, by owner: UsageOwner, payer: KeyUse?, _ gateway: GatewayService) async -> WorkloadReport
}

extension WorkloadJobs {
    var keepsResults: Bool { true }

    func fault(in transcript: Transcript, of job: TranscriptionJob) -> String? { nil }
    func reason(_ cause: RefusalCause, of job: TranscriptionJob) -> String { cause.plain.message }
    func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback? { nil }

    func work(on job: TranscriptionJob, keys: OwnKeys?, _ gateway: GatewayService) async throws(RefusalCause) -> Transcript? {
        guard keys != nil || SyncOrder(job.request)?.ownKeys.isEmpty == true else {
            throw .unavailable("The key that came with it was not kept over the gateway's restart; send it again.")
        }
        let payer = try await gateway.payer(of: job.key, user: job.user)
        let report = await report(
            on: job, keys ?? OwnKeys(), by: payer.map { UsageOwner($0) } ?? UsageOwner(job.user), payer: payer, gateway)
        guard !Task.isCancelled else { throw .engine(.cancelled) }
        return report.transcript
    }
}
