internal import Framing
internal import Protocols
internal import Speech
internal import Store

extension RecordingImports.Standing {
    /// State of the job, by the word that clients of background work know.
    private var state: String {
        switch job.status {
        case .queued: "queued"
        case .processing: "processing"
        case .completed: report?.failed.isEmpty == false ? "failed" : "completed"
        case .error: "failed"
        // A job that was taken from the list is answered only for its conversation.
        case .deleted: "completed"
        }
    }

    /// True if the job is queued or worked on.
    package var isUnderWay: Bool { !job.status.isOver }

    /// Returns the job in the form for clients.
    ///
    /// - Parameters:
    ///   - reach: how far the recognition has come; nil when this gateway does not work on the job.
    ///   - address: path that returns the job's state.
    package func document(_ reach: JobProgress.Reach?, at address: String) -> [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        json.beginObject()
        json.member("job_id", job.id.rawValue)
        json.member("status", state)
        json.member("status_url", address)
        json.member("conversation_id", optional: conversation?.rawValue)
        json.key("conversations")
        json.array(conversation.map { [$0.rawValue] } ?? [])
        let failure = job.error.map { WorkloadError(words: $0, tag: ProviderTag(in: $0)) } ?? report?.failed.first
        json.member("error", optional: failure?.words)
        failure?.tag?.writeMembers(to: &json)
        json.member("name", order.name)
        json.member("bytes", order.byteCount)
        json.member("created_at", job.created.rfc3339)
        json.member("finished_at", optional: job.finished?.rfc3339)
        json.member("heard", seconds: reach?.heard)
        json.member("duration", seconds: reach?.length)
        RecordingNotices.write(report?.notices.flatMap(\.self) ?? [], to: &json)
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, seconds: Duration?) {
        guard let seconds else {
            key(name)
            return null()
        }
        member(name, seconds / .seconds(1), decimals: 3)
    }
}
