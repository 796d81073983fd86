import Admission
import Foundation
import Net
import Protocols
@testable import Recordings
import Speech
import Store
import Testing

extension TestRecordings {
    /// Uploads a recording and orders its transcript.
    func order(of user: ID<User> = .local, by engine: EngineName? = nil) async throws -> ID<TranscriptionJob> {
        let upload = services.newID()
        try await services.runner.uploads.keep(try await spooled(Array("some audio".utf8)), id: upload, user: user, now: services.now())
        let job = TranscriptionJob(
            id: ID(services.newID()), dialect: AssemblyAIJobs.dialect, user: user, created: services.now(),
            request: #"{"audio_url":"https://recordings.example/one"}"#, audio: upload, engines: engine.map { [$0] } ?? [])
        #expect(try await services.runner.order(job, keys: BYOKCredentials(), services))
        return job.id
    }

    func status(of job: ID<TranscriptionJob>, _ user: ID<User> = .local) async throws -> TranscriptionJob.Status? {
        try await services.runner.jobs.find(job, of: user)?.job.status
    }

    /// Names of the jobs whose results lie in files.
    var results: [String] { (try? FileManager.default.contentsOfDirectory(atPath: resultFolder)) ?? [] }
}
