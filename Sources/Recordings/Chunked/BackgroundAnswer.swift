package import Conversations
internal import Framing
internal import Protocols
package import RecordingAssembly
internal import Speech

/// JSON bodies of the answers about background work.
package enum BackgroundAnswer {
    package static func capabilities(_ report: BackgroundReport) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("background_batch")
        json.beginObject()
        json.member("enabled", report.isEnabled)
        json.member("mode", report.mode)
        json.member("provider", (report.effective ?? report.primary).rawValue)
        json.member("primary_provider", report.primary.rawValue)
        json.member("effective_provider", optional: report.effective?.rawValue)
        json.member("fallback_provider", optional: report.fallback?.rawValue)
        json.member("fallback_enabled", report.mayFallBack)
        json.member("fallback_available", report.isFallbackAvailable)
        json.member("workload", Workload.background.rawValue)
        json.member("reason", optional: report.reason?.rawValue)
        json.member("sample_rate", 16_000)
        json.member("channels", 1)
        json.member("encoding", "linear16")
        json.member("max_chunk_seconds", ChunkRequest.longest)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    package static func started(_ conversation: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("conversation_id", conversation)
        json.endObject()
        return json.bytes
    }

    /// Returns the answer for a recognized chunk.
    ///
    /// - Parameter segments: the parts of the conversation's segments that lie in the chunk, or the segments of the chunk alone.
    package static func transcribed(_ taken: ChunkedRecordings.Taken, _ segments: [Segment]) -> [UInt8] {
        var json = JSONWriter(capacity: 8_192)
        json.beginObject()
        json.key("segments")
        json.beginArray()
        for segment in segments { segment.write(to: &json, withWords: true) }
        json.endArray()
        json.member("language", optional: taken.language?.rawValue)
        json.member("provider", taken.chunk.engine.rawValue)
        json.member("run_id", optional: taken.run?.rawValue)
        json.member("chunk_duration_ms", Int(taken.chunk.duration / .milliseconds(1)))
        json.member("duplicate", taken.isDuplicate)
        RecordingNotices.write(taken.chunk.notices, to: &json)
        json.key("speaker_diagnostics")
        SpeakerDiagnostics(taken.chunk, segments).write(to: &json)
        json.endObject()
        return json.bytes
    }

    /// Returns the answer for a recording without speech.
    package static func discarded(_ conversation: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", conversation)
        json.member("status", Conversation.Status.discarded.rawValue)
        json.key("segments")
        json.beginArray()
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
