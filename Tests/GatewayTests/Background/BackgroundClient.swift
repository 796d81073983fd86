import Framing
import HarkenTesting
import Net
import Speech
import Synchronization

/// An engine for recordings that says what the bytes of a recording are called, at once or when it is let.
final class ChunkEngine: PrerecordedEngine {
    let name: EngineName
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en", "de"]), models: ["nova-3"])
    private let answer: @Sendable (Int, RecognitionOptions) async throws(EngineError) -> [Word]
    private let asked = Mutex(0)

    /// - Parameter answer: of how often it was asked before.
    init(_ name: EngineName, _ answer: @escaping @Sendable (Int, RecognitionOptions) async throws(EngineError) -> [Word]) {
        self.name = name
        self.answer = answer
    }

    /// How often it was asked.
    var count: Int { asked.withLock { $0 } }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        let before = asked.withLock { asked in
            defer { asked += 1 }
            return asked
        }
        let words = try await answer(before, options)
        return Transcript(
            rate: .speech, length: SampleCount(240_000), language: .english, model: "nova-3", channels: [.init(words: words, segments: [])])
    }
}

extension Word {
    /// A word of half a second.
    static func at(_ seconds: Double, _ text: String, speaker: Int? = nil) -> Word {
        Word(
            text, SampleRange(SampleIndex(Int(seconds * 16_000)), count: SampleCount(8_000)), confidence: 1, speaker: speaker.map { SpeakerLabel($0) }
        )
    }
}

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
    func sendFiles(_ files: [(name: String, bytes: [UInt8])], key: String? = nil, headers more: HTTPHeaders = [:], query: String = "") async throws
        -> Answer
    {
        var body: [UInt8] = []
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
    func synchronize(_ files: [(name: String, bytes: [UInt8])], key: String? = nil, headers: HTTPHeaders = [:], query: String = "") async throws
        -> Answer
    {
        let accepted = try await sendFiles(files, key: key, headers: headers, query: query)
        guard accepted.status == 202, let id = accepted.string("job_id") else { return accepted }
        while true {
            let state = try await syncState(id, key: key)
            guard ["queued", "processing"].contains(state.string("status") ?? "") else { return state }
            try await Task.sleep(for: .milliseconds(20))
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
