internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// The result of a background job.
package struct WorkloadReport: Sendable, Equatable {
    /// Conversations with the words of the recordings, in order of start; empty when there was no speech.
    var conversations: [String] = []
    /// Reasons for missing words, one element for each recording, in order; nil: no words are missing.
    private(set) var errors: [WorkloadError?] = []
    /// Notices about each recording, in order.
    private(set) var notices: [[RecordingNotice]] = []

    init() {}

    /// Adds the outcome of a recording.
    ///
    /// - Parameters:
    ///   - error: the reason for missing words; nil: none are missing.
    ///   - notices: what was noticed about the recording.
    mutating func add(_ error: WorkloadError?, _ notices: [RecordingNotice] = []) {
        errors.append(error)
        self.notices.append(notices)
    }

    init?(_ bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes) else { return nil }
        let conversations = document.root["conversations"], errors = document.root["errors"], notices = document.root["notices"]
        self.conversations = (0..<conversations.count).compactMap { conversations[$0].string }
        for index in 0..<errors.count {
            // Reports of earlier versions have no notices.
            let lines = notices[index]
            add(WorkloadError(errors[index]), (0..<lines.count).compactMap { lines[$0].string.flatMap { RecordingNotice(line: $0) } })
        }
    }

    var bytes: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("conversations")
        json.beginArray()
        for conversation in conversations { json.value(conversation) }
        json.endArray()
        json.key("errors")
        json.beginArray()
        for error in errors { if let error { json.value(error.json) } else { json.null() } }
        json.endArray()
        if notices.contains(where: { !$0.isEmpty }) {
            json.key("notices")
            json.beginArray()
            for notices in notices { json.array(notices.map(\.line)) }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }

    /// Writes the members of Omi's answer. Its segments are the job's files; a job of files changes no conversation that was there before.
    fileprivate func writeCounts(to json: inout JSONWriter) {
        json.member("total_segments", errors.count)
        json.member("successful_segments", errors.count - failed.count)
        json.key("result")
        json.beginObject()
        json.key("new_memories")
        json.array(conversations)
        json.key("updated_memories")
        json.array([])
        json.endObject()
    }

    var failed: [WorkloadError] { errors.compactMap(\.self) }

    /// True if a recording has sound tracks that were not heard.
    var hasOtherTracks: Bool { notices.joined().contains { if case .otherTracks = $0 { true } else { false } } }

    /// True if a recording has channels with different sound that were mixed.
    var hasMixedChannels: Bool { notices.joined().contains { if case .mixedChannels = $0 { true } else { false } } }

    /// The report in the form that jobs store. The transcript has no words.
    var transcript: Transcript {
        var transcript = Transcript(rate: .speech, length: .zero, language: .english, model: "", channels: [])
        transcript.raw = bytes
        return transcript
    }
}

extension TranscriptionJob {
    /// Returns the job's state in the form for clients of background work.
    ///
    /// - Parameter countsFiles: adds the members that devices of Omi read: the numbers of files, and the conversations as memories.
    package func document(_ report: WorkloadReport?, at address: String, countsFiles: Bool = false) -> [UInt8] {
        let state: String
        switch status {
        case .queued: state = "queued"
        case .processing: state = "processing"
        case .completed:
            let failed = report?.failed.count ?? 0
            state = failed == 0 ? "completed" : failed < (report?.errors.count ?? 0) ? "partial_failure" : "failed"
        case .error, .deleted: state = "failed"
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("job_id", id.rawValue)
        json.member("status", state)
        json.member("status_url", address)
        json.member("conversation_id", optional: report?.conversations.first)
        json.key("conversations")
        json.beginArray()
        for conversation in report?.conversations ?? [] { json.value(conversation) }
        json.endArray()
        let failure = error.map { WorkloadError(words: $0, tag: ProviderTag(in: $0)) } ?? report?.failed.first
        json.member("error", optional: failure?.words)
        failure?.tag?.writeMembers(to: &json)
        if let report {
            json.key("files")
            json.beginArray()
            for (error, notices) in zip(report.errors, report.notices) {
                json.beginObject()
                json.member("status", error == nil ? "completed" : "failed")
                json.member("error", optional: error?.words)
                error?.tag?.writeMembers(to: &json)
                RecordingNotices.write(notices, to: &json)
                json.endObject()
            }
            json.endArray()
            if countsFiles { report.writeCounts(to: &json) }
        }
        json.endObject()
        return json.bytes
    }
}
