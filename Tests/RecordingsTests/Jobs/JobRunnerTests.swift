import Foundation
import HarkenTesting
@testable import Observability
import Protocols
@testable import Recordings
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A job runner` {
    private static let rejectResults: StaticString =
        "CREATE TRIGGER refuse BEFORE UPDATE OF transcript ON jobs BEGIN SELECT RAISE(FAIL, 'not now'); END"
    private static let rejectClaims: StaticString = "CREATE TRIGGER refuse BEFORE UPDATE OF owner ON jobs BEGIN SELECT RAISE(FAIL, 'not now'); END"
    private static let takeAgain: StaticString = "DROP TRIGGER refuse"

    private let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Morning.")] }

    @Test func `has a job recognized once and keeps its words`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let job = try await recordings.order()
            try await until { try await recordings.status(of: job) == .completed }
            let found = try #require(try await recordings.services.runner.jobs.find(job, of: .local))
            #expect(found.transcript?.channels.first?.words.map(\.text) == ["Morning."])
            #expect(try await recordings.services.runner.jobs.find(job, of: ID("somebody")) == nil)
            #expect(engine.count == 1)
        }
    }

    @Test func `fails a job whose engine fails`() async throws {
        let broken = ChunkEngine(.local) { (_, _) async throws(EngineError) in throw .undecodable("no audio") }
        try await TestRecordings.with([broken]) { recordings in
            let job = try await recordings.order()
            try await until { try await recordings.status(of: job) == .error }
        }
    }

    @Test func `stores later a result that the store rejects, and has it recognized once`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            try await recordings.change(Self.rejectResults)
            let job = try await recordings.order()
            try await until { recordings.results == [job.rawValue] }
            #expect(try await recordings.status(of: job) == .processing)
            let file = recordings.resultFolder + "/" + job.rawValue
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            #expect(recordings.services.metrics.rendered().contains("harken_store_failures_total{work=\"job_result\"}"))
            try await recordings.change(Self.takeAgain)
            try await until { try await recordings.status(of: job) == .completed }
            try await until { recordings.results.isEmpty }
            #expect(engine.count == 1)
        }
    }

    @Test func `stores the result of a process that could not store it`() async throws {
        let folder = TemporaryFolder()
        var job = ID<TranscriptionJob>("")
        try await TestRecordings.with([engine], in: folder) { recordings in
            try await recordings.change(Self.rejectResults)
            job = try await recordings.order()
            try await until { recordings.results == [job.rawValue] }
        }
        // The job would fail if it were recognized again.
        let other = ChunkEngine(.local) { (_, _) async throws(EngineError) in throw .undecodable("asked again") }
        try await TestRecordings.with([other], in: folder) { recordings in
            #expect(recordings.results == [job.rawValue])
            try await recordings.change(Self.takeAgain)
            await recordings.services.runner.start(recordings.services)
            try await until { try await recordings.status(of: job) == .completed }
            try await until { recordings.results.isEmpty }
        }
    }

    @Test func `leaves no result of a deleted job behind`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let runner = recordings.services.runner
            try await recordings.change(Self.rejectResults)
            let job = try await recordings.order()
            try await until { recordings.results == [job.rawValue] }
            try await recordings.change(Self.takeAgain)
            _ = try await runner.jobs.delete(job, of: .local, dialect: AssemblyAIJobs.dialect, leaving: "{}")
            await runner.cancel(job)
            try await until { recordings.results.isEmpty }
        }
    }

    @Test func `asks a store again that could not say whether there are jobs`() async throws {
        let lines = Mutex<[String]>([])
        let log = Log(level: .error, write: { line in lines.withLock { $0.append(line) } })
        try await TestRecordings.with([engine], log: log) { recordings in
            try await recordings.change(Self.rejectClaims)
            let job = try await recordings.order()
            try await until { lines.withLock { $0.contains { $0.contains("job_claim") } } }
            #expect(try await recordings.status(of: job) == .queued)
            try await recordings.change(Self.takeAgain)
            try await until { try await recordings.status(of: job) == .completed }
        }
    }

    @Test func `leaves half of its workers to others while one user has long work`() async throws {
        let isHeld = Mutex(true)
        let slow = ChunkEngine(EngineName("slow")) { (_, _) async throws(EngineError) in
            do { try await until { !isHeld.withLock { $0 } } } catch { throw .cancelled }
            return []
        }
        try await TestRecordings.with([engine, slow]) { recordings in
            for _ in 0..<12 { _ = try await recordings.order(by: slow.name) }
            try await until { slow.count == 8 }
            let others = try await recordings.order(of: ID("somebody"))
            try await until { try await recordings.status(of: others, ID("somebody")) == .completed }
            #expect(slow.count == 8, "the user has no more than all workers")
            isHeld.withLock { $0 = false }
        }
    }
}
