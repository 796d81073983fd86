import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A job that was ordered with the caller's own key` {
    @Test(arguments: ["assemblyai", "deepgram"])
    func `fails after a restart and is not billed to the operator`(dialect: String) async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "operator-key", "DEEPGRAM_BASE_URL": vendor.address]
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        // What a restart finds: the job, and no key.
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder))
        let request =
            dialect == "assemblyai" ? #"{"audio_url":"https://example.com/a.wav"}"# : #"{"query":"callback=http://127.0.0.1:9/","sha256":"00"}"#
        let job = TranscriptionJob(
            id: ID("job-1"), dialect: dialect, user: .local, created: TestGateway.time, request: request, audio: "upload-1",
            ownKeys: [EngineName("deepgram")])
        let isTaken = try await SQLJobQueue(in: database).add(job, most: 10, hasNotice: false)
        #expect(isTaken)
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, directory: folder, usesVendors: true) { gateway in
            await gateway.resumeJobs()
            let jobs = SQLJobQueue(in: database)
            try await until { try await jobs.find(job.id, of: .local)?.job.status == .error }
            let found = try await jobs.find(job.id, of: .local)?.job
            #expect(found?.error?.contains("own_key_gone") == true, "\(found?.error ?? "")")
            #expect(found?.ownKeys == [EngineName("deepgram")])
            #expect(vendor.shown.isEmpty)
        }
    }
}
