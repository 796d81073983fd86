import Framing
import Speech
import Synchronization

/// Sends recordings to a gateway, which makes conversations of them, and waits for their jobs.
struct RecordingImporter: Sendable {
    /// The job of a recording, as the gateway tells it.
    struct Job: Sendable, Equatable {
        var id: String
        var state: String
        var conversation: String?
        var error: String?
        /// Sentences about parts of the file that were not heard.
        var warnings: [String]
        /// Seconds that are recognized; nil: not known.
        var heard: Double?
        /// Length of the recording in seconds; nil: not known.
        var length: Double?
        /// True if the gateway had the recording, and had made a conversation of it.
        var wasThere = false

        var isOver: Bool { state != "queued" && state != "processing" }
        var hasFailed: Bool { isOver && state != "completed" }

        init?(_ bytes: [UInt8]) {
            guard let document = try? JSONDocument(parsing: bytes), let id = document.root["job_id"].string,
                let state = document.root["status"].string
            else { return nil }
            self.id = id
            self.state = state
            conversation = document.root["conversation_id"].string
            error = document.root["error"].string
            let warnings = document.root["warnings"]
            self.warnings = (0..<warnings.count).compactMap { warnings[$0].string }
            heard = document.root["heard"].double
            length = document.root["duration"].double
        }
    }

    /// Time between two questions for a job's state.
    private static let interval: Duration = .seconds(1)

    let api: GatewayAPI
    let choices: RecordingChoices

    private var older: GatewayError { GatewayError("\(api.address.url) is an older version of Harken that does not take recordings; upgrade it") }

    /// Sends a recording, and returns its job when the gateway has it safely.
    ///
    /// - Parameters:
    ///   - name: the file's name, from which the conversation gets its title.
    ///   - modified: the time of the file's last change; nil: not known.
    func send(_ path: String, name: String, modified: UnixTime?, sent: @escaping @Sendable (Int) -> Void = { _ in }) async throws(GatewayError) -> Job
    {
        let query = choices.query(name: name, modified: modified)
        let answer = try await api.send(file: path, to: "/jobs?" + query.encoded, type: "application/octet-stream", sent: sent)
        guard let answer else { throw older }
        guard var job = Job(answer) else { throw api.malformed }
        job.wasThere = job.isOver
        return job
    }

    /// Waits until a job is over. The gateway goes on with the job when the wait is interrupted.
    ///
    /// - Parameter told: called with each state of the job.
    func end(of job: Job, told: (Job) -> Void) async throws(GatewayError) -> Job {
        var job = job
        while !job.isOver {
            told(job)
            do { try await Task.sleep(for: Self.interval) } catch { throw GatewayError("interrupted; the gateway goes on with it") }
            guard let answer = try await api.send(.get, "/jobs/" + job.id) else { throw GatewayError("the import was cancelled at the gateway") }
            guard let state = Job(answer) else { throw api.malformed }
            job = state
        }
        return job
    }
}
