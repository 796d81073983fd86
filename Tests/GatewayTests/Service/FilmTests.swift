import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

/// Films by every way on which a recording comes.
@Suite(.hangLimit, .needs(MadeMedia.isPossible, "ffmpeg is not installed")) struct `Films` {
    /// A way on which a recording comes.
    enum Way: CaseIterable, Sendable {
        case openAI, deepgram, deepgramAddress, deepgramCallback, assemblyAI, assemblyAddress, soniox, sonioxAddress, chunk, keptChunk, offlineFile,
            imported
    }

    /// The answer to a film.
    private struct Heard {
        /// Seconds at which the words begin.
        var starts: [Double] = []
        /// Sentences about the film.
        var warnings = ""
    }

    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        let engine = ToneEngine()
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine],
            change: {
                $0.engines = [engine.name]
                $0.fetchReach = .anywhere
            }
        ) { gateway in
            await gateway.resumeJobs()
            try await body(gateway)
        }
    }

    /// A way that fails does not hide those behind it.
    private func onEachWay(_ ways: [Way] = Way.allCases, _ body: (Way) async throws -> Void) async {
        for way in ways {
            do { try await body(way) } catch { Issue.record("\(way): \(error)") }
        }
    }

    /// The ways by which a film is heard: all in `make verify`; a third in the gate, in turn, so that the films of most kinds have all.
    private static func ways(of film: Film) -> [Way] {
        let place = Film.all.firstIndex { $0.testDescription == film.testDescription } ?? 0
        return Way.allCases.enumerated().filter { TestMatrices.areWhole || ($0.offset + place).isMultiple(of: 3) }.map(\.element)
    }

    @Test(arguments: Film.all)
    func `have each word where a player has it, and say what is missing, on every way`(film: Film) async throws {
        let bytes = try film.bytes()
        try await with { gateway in
            await onEachWay(Self.ways(of: film)) { way in
                let heard = try await hear(bytes, film.name, by: way, gateway)
                #expect(film.has(heard.starts), "\(way): \(heard.starts)")
                let said = heard.warnings
                #expect(film.warnings.isEmpty ? said == "" : film.warnings.allSatisfy { said.contains($0) }, "\(way): \(said)")
            }
        }
    }

    @Test func `with late sound have their captions where a player has the words`() async throws {
        let film = try Film.late.bytes()
        try await with { gateway in
            let srt = try await openAI(film, "srt", gateway).text, vtt = try await openAI(film, "vtt", gateway).text
            #expect(srt.hasPrefix("1\n00:00:03,0") || srt.hasPrefix("1\n00:00:02,9"), "\(srt)")
            #expect(vtt.hasPrefix("WEBVTT\n\n00:00:03.0") || vtt.hasPrefix("WEBVTT\n\n00:00:02.9"), "\(vtt)")
            let state = try await gateway.imported(film, name: "film.webm")
            let export = "/api/v1/conversations/\(state.string("conversation_id") ?? "")/export?format=srt"
            let kept = try await gateway.send(.get, export).text
            #expect(kept.hasPrefix("1\n00:00:03,0") || kept.hasPrefix("1\n00:00:02,9"), "\(kept)")
        }
    }

    @Test func `with two sound tracks are heard with the one or all that the client chooses, on every way`() async throws {
        let film = Film.twoTracks, bytes = try film.bytes()
        try await with { gateway in
            await onEachWay { way in
                let second = try await hear(bytes, film.name, track: "2", by: way, gateway)
                #expect(Tones.isNear(second.starts, film.tones[1]), "\(way): \(second.starts)")
                let all = try await hear(bytes, film.name, track: "all", by: way, gateway)
                #expect(Tones.isNear(all.starts.sorted(), [1, 2, 3, 4]) && all.warnings == "", "\(way): \(all)")
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `with two sound tracks say so when a vendor hears one`(way: Way) async throws {
        let film = try Film.twoTracks.bytes(), vendor = try AnsweringVendor()
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address]
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true, change: { $0.fetchReach = .anywhere }
        ) { gateway in
            await gateway.resumeJobs()
            let heard = try await hear(film, "film.webm", by: way, gateway)
            #expect(heard.starts.count == 1 && heard.warnings.contains("The file has 2 sound tracks"), "\(heard)")
        }
    }

    @Test func `without a picture that have a hole or are cut off say so when a vendor hears them, on every way`() async throws {
        let folder = TemporaryFolder(), vendor = try AnsweringVendor()
        defer { vendor.stop() }
        func sound(isHoled: Bool) throws -> [UInt8] {
            let path = try MadeMedia.makeSound(isHoled: isHoled, in: folder)
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        }
        let whole = try sound(isHoled: false), holed = try sound(isHoled: true), cut = Array(whole.prefix(whole.count * 3 / 5 | 1))
        let settings = ["DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address]
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true, change: { $0.fetchReach = .anywhere }
        ) { gateway in
            await gateway.resumeJobs()
            for (bytes, warning) in [(holed, "has no sound from"), (cut, "is cut off")] {
                await onEachWay { way in
                    let heard = try await hear(bytes, "film.webm", by: way, gateway)
                    #expect(heard.warnings.contains(warning), "\(way): \(heard)")
                }
            }
        }
    }

    @Test func `with two sound tracks are heard again with all of them`() async throws {
        let film = try Film.twoTracks.bytes()
        try await with { gateway in
            let first = try await gateway.imported(film, name: "film.webm"), path = "/api/v1/jobs/\(first.string("job_id") ?? "")"
            #expect(first.json["sound_tracks"] == 2, "\(first.text)")
            #expect(try await gateway.api(.post, path + "/retry").status == 409)
            #expect(try await gateway.api(.post, path + "/retry?track=none").status == 400)
            let order = try await gateway.api(.post, path + "/retry?track=all")
            #expect(order.status == 202, "\(order.text)")
            let all = try await gateway.importEnds(order.text)
            #expect(!all.text.contains("sound_tracks") && !all.text.contains("warnings"), "\(all.text)")
            let conversation = try await gateway.conversation(all.string("conversation_id"))
            #expect(Tones.isNear(starts(in: conversation.json).sorted(), [1, 2, 3, 4]), "\(conversation.text)")
            #expect(conversation.text.contains(#""speaker_id":0"#) && conversation.text.contains(#""speaker_id":1"#), "\(conversation.text)")
            // The conversation of the first track stays, and the file goes when nothing of it is left to hear.
            let earlier = try await gateway.conversation(first.string("conversation_id"))
            #expect(Tones.isNear(starts(in: earlier.json), Film.twoTracks.tones[0]), "\(earlier.text)")
            try await until { (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/uploads"))?.isEmpty == true }
            // Only the second refusal says that the file has to be sent again.
            for (track, code) in [("all", "conflict"), ("2", "file_gone")] as [(String, JSONValue)] {
                let again = try await gateway.api(.post, path + "/retry?track=" + track)
                #expect(again.status == 409 && again.json["error"]?["code"] == code, "\(again.text)")
            }
        }
    }

    @Test func `that come again with another sound track are heard again`() async throws {
        let film = try Film.twoTracks.bytes()
        try await with { gateway in
            let first = try await gateway.imported(film, name: "film.webm")
            #expect(try await gateway.importing(film, name: "film.webm").status == 200)
            let second = try await gateway.imported(film, name: "film.webm", fields: [("track", "2")])
            #expect(second.string("conversation_id") != first.string("conversation_id"))
            let conversation = try await gateway.conversation(second.string("conversation_id"))
            #expect(Tones.isNear(starts(in: conversation.json), Film.twoTracks.tones[1]), "\(conversation.text)")
            #expect(try await gateway.importing(film, name: "film.webm", fields: [("track", "2")]).status == 200)
        }
    }

    // MARK: Ways

    private func hear(_ film: [UInt8], _ name: String, track: String? = nil, by way: Way, _ gateway: TestGateway) async throws -> Heard {
        let host = try FilmHost(film)
        defer { host.stop() }
        let address = host.address + "/" + name, query = track.map { "&track=" + $0 } ?? "", member = track.map { #","track":"\#($0)""# } ?? ""
        let fields = track.map { [(name: "track", value: $0)] } ?? []
        switch way {
        case .openAI:
            let answer = try await openAI(film, "verbose_json", fields: fields, gateway), json = try JSONValue(parsing: Array(answer.text.utf8))
            #expect(header(answer.headers) == joined(json["warnings"]), "\(answer.text)")
            return Heard(starts: starts(json["words"]), warnings: joined(json["warnings"]))
        case .deepgram:
            let answer = try await gateway.send(.post, "/v1/listen?model=nova-3" + query, body: film)
            return Heard(starts: try deepgram(answer.text).starts, warnings: header(answer.headers))
        case .deepgramAddress:
            let body = Array(#"{"url":"\#(address)"}"#.utf8), type: HTTPHeaders = ["Content-Type": "application/json"]
            let answer = try await gateway.send(.post, "/v1/listen?model=nova-3" + query, headers: type, body: body)
            return Heard(starts: try deepgram(answer.text).starts, warnings: header(answer.headers))
        case .deepgramCallback:
            let callback = PercentCoding.encode(host.address + "/done")
            let answer = try await gateway.send(.post, "/v1/listen?callback=\(callback)" + query, body: film)
            #expect(answer.status == 200, "\(answer.text)")
            return try deepgram(try await untilSome { host.taken.first })
        case .assemblyAI:
            let upload = try JSONValue(parsing: Array(try await gateway.send(.post, "/v2/upload", body: film).text.utf8))
            guard case .string(let address)? = upload["upload_url"] else { return Heard() }
            return try await assemblyAI(#"{"audio_url":"\#(address)"\#(member)}"#, gateway)
        case .assemblyAddress: return try await assemblyAI(#"{"audio_url":"\#(address)"\#(member)}"#, gateway)
        case .soniox:
            let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
            let sent = try await gateway.send(
                .post, "/v1/files", headers: ["Content-Type": "multipart/form-data; boundary=b"],
                body: Array(head.utf8) + film + Array("\r\n--b--\r\n".utf8))
            guard case .string(let id)? = try JSONValue(parsing: Array(sent.text.utf8))["id"] else { return Heard() }
            return try await soniox(#""file_id":"\#(id)"\#(member)"#, gateway)
        case .sonioxAddress: return try await soniox(#""audio_url":"\#(address)"\#(member)"#, gateway)
        case .chunk:
            let answer = try await gateway.desktop(.post, "background-transcribe?chunk_start_ms=0&encoding=webm" + query, body: film)
            return Heard(starts: starts(in: answer.json), warnings: joined(answer.json["warnings"]))
        case .keptChunk:
            let id = try await gateway.startRecording()
            let path = "background-transcribe?conversation_id=\(id)&chunk_id=a&chunk_start_ms=60000&encoding=webm" + query
            let first = try await gateway.desktop(.post, path, body: film), again = try await gateway.desktop(.post, path, body: film)
            #expect(again.json["duplicate"] == .bool(true) && again.json["warnings"] == first.json["warnings"], "\(again.text)")
            let done = try await gateway.finishRecording(id)
            #expect(starts(in: done.json).sorted() == starts(in: first.json).sorted(), "\(done.text)")
            return Heard(starts: starts(in: first.json).map { $0 - 60 }, warnings: joined(first.json["warnings"]))
        case .offlineFile:
            let state = try await gateway.synchronize([(name: name, bytes: film)], fields: fields)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            return Heard(starts: starts(in: conversation.json), warnings: joined(elements(state.json["files"]).first?["warnings"]))
        case .imported:
            let state = try await gateway.imported(film, name: name, fields: fields)
            let conversation = try await gateway.conversation(state.string("conversation_id"))
            return Heard(starts: starts(in: conversation.json), warnings: joined(state.json["warnings"]))
        }
    }

    /// What an answer of Deepgram's has: its words, of all channels, and the warnings of its metadata.
    private func deepgram(_ answer: String) throws -> Heard {
        let json = try JSONValue(parsing: Array(answer.utf8))
        let words = elements(json["results"]?["channels"]).flatMap { starts(elements($0["alternatives"]).first?["words"]) }
        let said = elements(json["metadata"]?["warnings"]).compactMap { if case .string(let text)? = $0["message"] { text } else { nil } }
        return Heard(starts: words, warnings: said.joined(separator: " "))
    }

    private func assemblyAI(_ order: String, _ gateway: TestGateway) async throws -> Heard {
        let ordered = try await gateway.send(.post, "/v2/transcript", body: Array(order.utf8))
        guard case .string(let id)? = try JSONValue(parsing: Array(ordered.text.utf8))["id"] else { return Heard() }
        var job = JSONValue.null
        try await until {
            job = try JSONValue(parsing: Array(try await gateway.send(.get, "/v2/transcript/\(id)").text.utf8))
            return job["status"] != "queued" && job["status"] != "processing"
        }
        // A single warning is not in the list.
        let said = job["metadata"]?["warnings"].map { joined($0) } ?? job["metadata"]?["warning"].map { "\($0)" } ?? ""
        return Heard(starts: starts(job["words"]).map { $0 / 1_000 }, warnings: said)
    }

    private func soniox(_ members: String, _ gateway: TestGateway) async throws -> Heard {
        let order = try await gateway.orderTranscription(#""model":"stt-async-v5",\#(members)"#)
        guard let id = order.string("id") else { return Heard(warnings: order.text) }
        _ = try await gateway.transcription(id)
        let answer = try await gateway.api(.get, "/v1/transcriptions/\(id)/transcript")
        // A mark is a token of its own, without a length.
        let starts = elements(answer.json["tokens"]).compactMap { token -> Double? in
            guard case .int(let start)? = token["start_ms"], token["end_ms"] != .int(start) else { return nil }
            return Double(start) / 1_000
        }
        return Heard(starts: starts, warnings: joined(answer.json["warnings"]))
    }

    private func openAI(
        _ film: [UInt8], _ format: String, fields: [(name: String, value: String)] = [], _ gateway: TestGateway
    ) async throws -> (headers: HTTPHeaders, text: String) {
        var body: [UInt8] = []
        let words = format == "verbose_json" ? [(name: "timestamp_granularities[]", value: "word")] : []
        for (name, value) in [(name: "model", value: "whisper-1"), (name: "response_format", value: format)] + words + fields {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"film.webm\"\r\n\r\n"
        body += Array(head.utf8) + film + Array("\r\n--b--\r\n".utf8)
        let answer = try await gateway.send(
            .post, "/v1/audio/transcriptions", headers: ["Content-Type": "multipart/form-data; boundary=b"], body: body)
        return (answer.headers, answer.text)
    }

    // MARK: Answers

    private func elements(_ json: JSONValue?) -> [JSONValue] { if case .array(let all)? = json { all } else { [] } }

    /// Starts of the words of a list.
    private func starts(_ words: JSONValue?) -> [Double] { elements(words).compactMap { $0["start"]?.double } }

    /// Starts of the words of a document's segments.
    private func starts(in json: JSONValue) -> [Double] { elements(json["segments"]).flatMap { starts($0["words"]) } }

    private func joined(_ texts: JSONValue?) -> String {
        elements(texts).compactMap { if case .string(let text) = $0 { text } else { nil } }.joined(separator: " ")
    }

    private func header(_ headers: HTTPHeaders) -> String { headers["X-Harken-Notice"] ?? "" }
}
