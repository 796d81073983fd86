import Framing
import HarkenTesting
import Net
import Speech

extension TestGateway {
    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var json: JSONValue
        var text: String

        var texts: [String] {
            guard case .array(let segments)? = json["segments"] else { return [] }
            return segments.compactMap { if case .string(let text)? = $0["text"] { text } else { nil } }
        }

        func string(_ name: String) -> String? { if case .string(let text)? = json[name] { text } else { nil } }
    }

    func desktop(
        _ method: HTTPMethod, _ path: String, key: String? = nil, headers more: HTTPHeaders = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        var headers = more
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await send(method, "/v2/desktop/" + path, headers: headers, body: body)
        return Answer(
            status: answer.status, headers: answer.headers, json: (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null, text: answer.text)
    }

    func startRecording(key: String? = nil) async throws -> String {
        try await desktop(.post, "background-conversation/start", key: key, body: Array(#"{"language":"en"}"#.utf8)).string("conversation_id") ?? ""
    }

    /// Sends a chunk of so many seconds of silence.
    func sendChunk(
        _ id: String, at milliseconds: Int, of conversation: String, seconds: Double = 15, key: String? = nil, headers: HTTPHeaders = [:],
        fill: UInt8 = 0, more: String = ""
    ) async throws -> Answer {
        try await desktop(
            .post, "background-transcribe?conversation_id=\(conversation)&chunk_id=\(id)&chunk_start_ms=\(milliseconds)\(more)", key: key,
            headers: headers, body: [UInt8](repeating: fill, count: Int(seconds * 32_000)))
    }

    func finishRecording(_ conversation: String, key: String? = nil) async throws -> Answer {
        try await desktop(.post, "background-conversation/\(conversation)/finish", key: key)
    }
}

/// Files as a device keeps them while it is offline.
enum OfflineFiles {
    /// Frames of 100 ms of PCM of 16 kHz, each behind its length.
    static func frames(seconds: Double, sample: Int16 = 0) -> [UInt8] {
        let pcm = (0..<1_600).flatMap { _ in [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)] }
        return (0..<Int(seconds * 10)).flatMap { _ in [0x80, 0x0C, 0, 0] + pcm }
    }

    static func name(at second: Int, _ coding: String = "pcm16_16000_1_fs160") -> String { "audio_omi_\(coding)_\(second).bin" }
}

extension TestGateway {
    func sendFiles(
        _ files: [(name: String, bytes: [UInt8])], key: String? = nil, headers more: HTTPHeaders = [:], query: String = "",
        fields: [(name: String, value: String)] = []
    ) async throws -> Answer {
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        for (name, bytes) in files {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\(name)\"\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
        }
        var headers = more
        headers.set("Content-Type", "multipart/form-data; boundary=b")
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await send(.post, "/v2/sync-local-files" + query, headers: headers, body: body + Array("--b--\r\n".utf8))
        return Answer(
            status: answer.status, headers: answer.headers, json: (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null, text: answer.text)
    }

    func syncState(_ id: String, key: String? = nil) async throws -> Answer {
        try await api(.get, "/v2/sync-local-files/" + id, headers: key.map { ["Authorization": "Bearer " + $0] } ?? [:])
    }

    /// The job's state when it is over.
    func synchronize(
        _ files: [(name: String, bytes: [UInt8])], key: String? = nil, headers: HTTPHeaders = [:], query: String = "",
        fields: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let accepted = try await sendFiles(files, key: key, headers: headers, query: query, fields: fields)
        guard accepted.status == 202, let id = accepted.string("job_id") else { return accepted }
        return try await untilSome {
            let state = try await syncState(id, key: key)
            return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : state
        }
    }

    func conversation(_ id: String?) async throws -> Answer { try await api(.get, "/api/v1/conversations/" + (id ?? "none")) }
}

extension TestGateway {
    func api(_ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: String? = nil) async throws -> Answer {
        let answer = try await send(method, path, headers: headers, body: body.map { Array($0.utf8) })
        return Answer(
            status: answer.status, headers: answer.headers, json: (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null, text: answer.text)
    }
}
