import Audio
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

/// What callers do wrong on the routes that take recordings is their error: each wrong value gets a 4xx that says so, and never a 5xx.
@Suite(.hangLimit) struct `A wrong parameter` {
    /// An engine that reads its recordings, as all do that are worth something, and finds one word.
    private struct ReadingEngine: PrerecordedEngine {
        let name = EngineName.local
        let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["reader-1"])

        func recognize(
            _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
        ) async throws(EngineError) -> Transcript {
            do throws(MediaError) {
                let file = try MediaFile(recording)
                while try file.next() != nil {}
            } catch {
                throw EngineError(error)
            }
            return Transcript(
                rate: .speech, length: SampleCount(16_000), language: .english, model: "reader-1",
                channels: [.init(words: [.at(0, "Yes.")], segments: [])])
        }
    }

    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [ReadingEngine()], change: { $0.engines = [.local] }) {
            gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    private func check(_ answer: (status: Int, headers: HTTPHeaders, text: String), _ what: String) {
        #expect((400..<500).contains(answer.status), "\(what): \(answer.status) \(answer.text)")
    }

    private static let audio = [UInt8](repeating: 0, count: 3_200)
    /// A container's name, and nothing of a container behind it.
    private static let noise = Array("RIFF\u{1}\u{2}\u{3}\u{4}WAVEnoise of no kind".utf8)

    @Test func `of a chunk is its sender's error`() async throws {
        try await with { gateway in
            let id = try await gateway.startRecording()
            let good = "background-transcribe?conversation_id=\(id)&chunk_id=a&chunk_start_ms=0"
            let rows: [(String, [UInt8])] = [
                ("&encoding=banana", Self.audio), ("&encoding=", Self.audio), ("&encoding=%00", Self.audio), ("&encoding=wav", Self.audio),
                ("&encoding=wav", Self.noise), ("&encoding=opus", Self.audio), ("&encoding=mulaw", Self.audio), ("&encoding=mp3", Self.noise),
                ("&encoding=linear32", Self.audio), ("&sample_rate=banana", Self.audio), ("&sample_rate=0", Self.audio),
                ("&sample_rate=-8000", Self.audio), ("&sample_rate=1e9", Self.audio), ("&sample_rate=99999999999999999999", Self.audio),
                ("&channels=2", Self.audio), ("&channels=banana", Self.audio), ("&language=banana", Self.audio), ("&language=fi", Self.audio),
                ("&language=%20", Self.audio), ("&language=" + String(repeating: "x", count: 300), Self.audio), ("&language=e%00n", Self.audio),
                ("", [1]), ("", []), ("", Self.audio + [0]), ("&encoding=wav", [1]),
            ]
            for (query, body) in rows {
                check(try await gateway.send(.post, "/v2/desktop/" + good + query, body: body), query)
            }
            for query in [
                "", "chunk_start_ms=banana", "chunk_start_ms=-1", "chunk_start_ms=1e3", "chunk_start_ms=99999999999999999999",
                "chunk_start_ms=0&persist=true", "chunk_start_ms=0&conversation_id=none&chunk_id=a", "chunk_start_ms=0&conversation_id=\(id)",
                "chunk_start_ms=0&conversation_id=%00&chunk_id=%00",
                "chunk_start_ms=0&conversation_id=\(id)&chunk_id=" + String(repeating: "c", count: 129),
            ] {
                check(try await gateway.send(.post, "/v2/desktop/background-transcribe?" + query, body: Self.audio), query)
            }
            // Of all that nothing is kept: the good chunk of that name is taken.
            #expect(try await gateway.desktop(.post, good, body: Self.audio).status == 200)
        }
    }

    @Test func `of a recording in chunks is its sender's error`() async throws {
        try await with { gateway in
            for body in [
                "banana", "[]", "1", #"{"language":1}"#, #"{"language":[]}"#, #"{"source":"banana"}"#, #"{"source":{}}"#, #"{"language":"e n"}"#,
                #"{"language":"\#(String(repeating: "x", count: 300))"}"#, #"{"client_conversation_id":7}"#, "{",
            ] {
                check(
                    try await gateway.send(
                        .post, "/v2/desktop/background-conversation/start", headers: ["Content-Type": "application/json"], body: Array(body.utf8)),
                    body)
            }
            for id in ["none", "%00", String(repeating: "x", count: 3_000), "a%20b"] {
                check(try await gateway.send(.post, "/v2/desktop/background-conversation/\(id)/finish"), id)
            }
        }
    }

    @Test func `of files of a device is its sender's error`() async throws {
        try await with { gateway in
            let good = (name: OfflineFiles.name(at: 1_710_000_000), bytes: OfflineFiles.frames(seconds: 0.2))
            let rows: [([(name: String, bytes: [UInt8])], String)] = [
                ([], ""), ([(good.name, [])], ""), ([("audio.bin", [1, 2, 3])], ""), ([("", [1, 2, 3])], "?source=banana"),
                ([good], "?source=banana"),
                ([good], "?language=e%00"), ([good], "?language=" + String(repeating: "x", count: 300)), ([good], "?language=%20"),
                ((0..<51).map { (OfflineFiles.name(at: 1_710_000_000 + $0), [1]) }, ""),
            ]
            for (number, (files, query)) in rows.enumerated() {
                let answer = try await gateway.sendFiles(files, query: query)
                check((answer.status, answer.headers, answer.text), "\(number) \(query)")
            }
            let types = ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/json"]
            for type in types {
                check(try await gateway.send(.post, "/v2/sync-local-files", headers: ["Content-Type": type], body: Self.audio), type)
            }
            check(try await gateway.send(.get, "/v2/sync-local-files/none"), "no such job")
        }
    }

    @Test func `of Deepgram's is its sender's error`() async throws {
        try await with { gateway in
            let queries = [
                "model=banana", "encoding=banana", "encoding=linear16", "encoding=linear16&sample_rate=banana", "encoding=linear16&sample_rate=0",
                "encoding=linear16&sample_rate=16000&channels=0", "encoding=linear16&sample_rate=16000&channels=banana",
                "encoding=linear16&sample_rate=16000&channels=99999", "language=banana", "language=fi", "language=e%00n", "punctuate=banana",
                "diarize=2", "multichannel=banana", "utt_split=banana", "utt_split=-1", "utt_split=1e99", "callback=banana",
                "callback=ftp://example.com", "callback_method=banana", "detect_language=e%20n", "engine=banana", "replace=banana", "keyterm=%00",
            ]
            for query in queries { check(try await gateway.send(.post, "/v1/listen?" + query, body: Self.noise), query) }
            for body in [[], [1], Self.noise, Array("hello".utf8)] { check(try await gateway.send(.post, "/v1/listen", body: body), "\(body)") }
            for body in ["", "banana", "[]", "{}", #"{"url":1}"#, #"{"url":"banana"}"#, #"{"url":"ftp://example.com/a"}"#, #"{"url":"http://"}"#] {
                let answer = try await gateway.send(
                    .post, "/v1/listen", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
                check(answer, body)
            }
        }
    }

    @Test func `of OpenAI's is its sender's error`() async throws {
        try await with { gateway in
            func form(_ fields: [(String, String)], _ file: [UInt8]?) -> [UInt8] {
                var body: [UInt8] = []
                for (name, value) in fields {
                    body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
                }
                if let file {
                    body += Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".utf8) + file + Array("\r\n".utf8)
                }
                return body + Array("--b--\r\n".utf8)
            }
            let model = ("model", "whisper-1")
            let rows: [([(String, String)], [UInt8]?)] = [
                ([], Self.audio), ([model], nil), ([model], []), ([model], [1]), ([model], Self.noise), ([("model", "banana")], Self.audio),
                ([model, ("language", "banana")], Self.audio), ([model, ("language", "fi")], Self.audio), ([model, ("language", "")], Self.noise),
                ([model, ("response_format", "banana")], Self.audio), ([model, ("temperature", "banana")], Self.audio),
                ([model, ("temperature", "2")], Self.audio), ([model, ("temperature", "nan")], Self.audio),
                ([model, ("timestamp_granularities[]", "banana")], Self.audio), ([model, ("timestamp_granularities[]", "word")], Self.audio),
                ([model, ("stream", "banana")], Self.audio), ([model, ("stream", "true")], Self.noise),
                ([model, ("include[]", "banana")], Self.audio),
                ([model, ("stream", "true"), ("response_format", "srt")], Self.audio),
            ]
            for (fields, file) in rows {
                let answer = try await gateway.send(
                    .post, "/v1/audio/transcriptions", headers: ["Content-Type": "multipart/form-data; boundary=b"], body: form(fields, file))
                check(answer, "\(fields)")
            }
            for type in [
                "", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/json", "multipart/mixed; boundary=b",
            ] {
                for path in ["/v1/audio/transcriptions", "/v1/audio/translations"] {
                    check(try await gateway.send(.post, path, headers: ["Content-Type": type], body: form([model], Self.audio)), "\(path) \(type)")
                }
            }
            let cut = Array(form([model], Self.audio).dropLast(20))
            check(
                try await gateway.send(
                    .post, "/v1/audio/transcriptions", headers: ["Content-Type": "multipart/form-data; boundary=b"], body: cut), "cut off")
        }
    }

    @Test func `of AssemblyAI's is its sender's error`() async throws {
        try await with { gateway in
            let bodies = [
                "", "banana", "[]", "{}", #"{"audio_url":1}"#, #"{"audio_url":"banana"}"#, #"{"audio_url":"http://a/b","language_code":"fi"}"#,
                #"{"audio_url":"http://a/b","language_code":1}"#, #"{"audio_url":"http://a/b","speakers_expected":"x"}"#,
                #"{"audio_url":"http://a/b","punctuate":"x"}"#, #"{"audio_url":"http://a/b","speech_threshold":7}"#,
                #"{"audio_url":"http://a/b","webhook_url":"banana"}"#, #"{"audio_url":"http://a/b","custom_spelling":1}"#,
                #"{"audio_url":"http://a/b","keyterms_prompt":"x"}"#, #"{"audio_url":"http://a/b","audio_start_from":-1}"#,
            ]
            for body in bodies { check(try await gateway.send(.post, "/v2/transcript", body: Array(body.utf8)), body) }
            check(try await gateway.send(.post, "/v2/upload", body: []), "empty upload")
            for path in ["none", "none/sentences", "none/banana", "none/srt?chars_per_caption=banana", "%00", "none/word-search"] {
                check(try await gateway.send(.get, "/v2/transcript/" + path), path)
            }
            check(try await gateway.send(.delete, "/v2/transcript/none"), "delete")
            for query in ["limit=banana", "limit=-1", "status=banana", "created_on=banana"] {
                check(try await gateway.send(.get, "/v2/transcript?" + query), query)
            }
        }
    }

    @Test func `of Soniox's recordings is its sender's error`() async throws {
        try await with { gateway in
            let file = #""file_id":"00000000-0000-4000-8000-000000000000""#
            let bodies = [
                "", "banana", "[]", "{}", #"{"model":"stt-async-v5"}"#, "{\(file)}", #"{"model":1,\#(file)}"#, #"{"model":"banana",\#(file)}"#,
                #"{"model":"stt-async-v5","file_id":"banana"}"#, #"{"model":"stt-async-v5",\#(file)}"#,
                #"{"model":"stt-async-v5",\#(file),"audio_url":"https://a/b"}"#, #"{"model":"stt-async-v5","audio_url":"banana"}"#,
                #"{"model":"stt-async-v5",\#(file),"language_hints":"en"}"#, #"{"model":"stt-async-v5",\#(file),"language_hints":["en","en"]}"#,
                #"{"model":"stt-async-v5",\#(file),"enable_speaker_diarization":"x"}"#, #"{"model":"stt-async-v5",\#(file),"context":1}"#,
                #"{"model":"stt-async-v5",\#(file),"webhook_url":"banana"}"#,
                #"{"model":"stt-async-v5",\#(file),"translation":{"type":"one_way","target_language":"es"}}"#,
            ]
            for body in bodies { check(try await gateway.send(.post, "/v1/transcriptions", body: Array(body.utf8)), body) }
            for type in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b"] {
                check(try await gateway.send(.post, "/v1/files", headers: ["Content-Type": type], body: Array("--b--".utf8)), type)
            }
            for path in ["/v1/files/", "/v1/transcriptions/"] {
                for name in ["none", "%00", "00000000-0000-4000-8000-000000000000"] {
                    check(try await gateway.send(.get, path + name), path + name)
                    check(try await gateway.send(.delete, path + name), path + name)
                }
                for query in ["limit=banana", "limit=0", "limit=1001", "cursor=banana", "cursor=1.2"] {
                    check(try await gateway.send(.get, String(path.dropLast()) + "?" + query), query)
                }
            }
            check(try await gateway.send(.get, "/v1/transcriptions/none/banana"), "export")
        }
    }

    @Test func `of a speech profile is its sender's error`() async throws {
        try await with { gateway in
            for path in ["/v3/upload-audio", "/v3/speech-profile/expand"] {
                for type in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary="] {
                    check(try await gateway.send(.post, path, headers: ["Content-Type": type], body: Self.audio), "\(path) \(type)")
                }
                for part in ["", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"] {
                    for bytes in [[], Self.noise] {
                        let body = Array(part.utf8) + (part.isEmpty ? [] : bytes + Array("\r\n".utf8)) + Array("--b--\r\n".utf8)
                        let headers: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=b"]
                        check(try await gateway.send(.post, path, headers: headers, body: body), "\(path) \(part) \(bytes)")
                    }
                }
            }
        }
    }
}
