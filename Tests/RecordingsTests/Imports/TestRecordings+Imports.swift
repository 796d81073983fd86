import Admission
import HarkenTesting
@testable import Recordings
import Speech
import Store
import Testing

extension TestRecordings {
    /// Orders the import of a file.
    ///
    /// - Returns: the job, and the order with its conversation.
    func orderImport(
        of bytes: [UInt8], _ choices: ImportOrder.Choices = ImportOrder.Choices()
    ) async throws -> (job: TranscriptionJob, order: ImportOrder) {
        let file = try await spooled(bytes), upload = services.newID()
        let order = ImportOrder(
            name: "a.wav", digest: file.digest, byteCount: file.byteCount, conversation: ID(services.newID()), choices: choices)
        try await services.runner.uploads.keep(file, id: upload, user: .local, now: services.now())
        let job = TranscriptionJob(
            id: ID(services.newID()), dialect: ImportJobs.dialect, user: .local, created: services.now(), request: order.text, audio: upload)
        #expect(try await services.runner.order(job, keys: BYOKCredentials(), services))
        return (job, order)
    }

    /// Returns the report of an import when it is over.
    func report(of job: TranscriptionJob) async throws -> WorkloadReport {
        try await until { try await status(of: job.id) == .completed }
        return try #require(try await services.runner.jobs.raw(job.id, of: job.user).flatMap(WorkloadReport.init))
    }
}
