import Framing
import HarkenTesting
import Speech
import Testing

@testable import Protocols

@Suite struct `Soniox's orders` {
    private static let file = "84c32fc6-4fb5-4e7a-b656-b5ec70493753"

    private func request(_ members: String, source: String = #""file_id":"\#(file)""#) throws -> SonioxPrerecordedRequest {
        try SonioxPrerecordedRequest(Array("{\"model\":\"stt-async-v5\",\(source)\(members.isEmpty ? "" : "," + members)}".utf8))
    }

    private static func transcript(_ channels: [[Word]]) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(101_600), language: .english, model: "base",
            channels: channels.map { .init(words: $0, segments: []) })
    }

    private func answer(
        _ members: String = "", _ state: SonioxPrerecordedAnswer.State = .queued
    ) throws -> SonioxPrerecordedAnswer {
        SonioxPrerecordedAnswer(id: "t1", created: UnixTime(milliseconds: 0), request: try request(members), state: state)
    }

    @Test func `ask an engine for what the client wants`() throws {
        let full = try request(
            #""language_hints":["de"],"enable_speaker_diarization":true,"context":{"text":"A call.","terms":["Harken"]},"client_reference_id":"7""#)
        #expect(full.audio == .file(Self.file) && full.reference == "7" && full.languageHints == ["de"])
        let options = full.options
        #expect(options.language == LanguageTag("de") && options.diarize && options.keyterms == ["Harken"] && options.shared.prompt == "A call.")
        #expect(options.model == "stt-async-v5")
        #expect(try request("").options.language == nil, "the languages are detected")
        #expect(try request(#""language_hints":["de","en"]"#).options.language == .multi)
        for isStrict in [false, true] {
            let shared = try request(#""language_hints":["de","en"],"language_hints_strict":\#(isStrict)"#).options.shared
            #expect(shared.languages == [LanguageTag("de"), .english] && shared.keepsToLanguages == isStrict)
        }
        #expect(try request(#""language_hints":["auto"]"#).options.language == nil)
        #expect(try request(#""context":"A call.""#).options.shared.prompt == "A call.")
    }

    @Test func `have the name of the recording's file`() throws {
        for (address, name) in [
            ("https://a/b/talk%20one.mp3?x=/y", "talk one.mp3"), ("https://a/", "a"), ("https://a", "a"), ("HTTP://a/b%", "b%"),
        ] {
            let request = try request("", source: "\"audio_url\":\"\(address)\"")
            #expect(request.audio == .address(address) && request.fileName == name)
        }
        let body = Array("{\"model\":\"stt-async-v5\",\"file_id\":\"\(Self.file)\",\"filename\":\"forged\"}".utf8)
        let stored = try #require(SonioxPrerecordedRequest.naming("talk.wav", in: body))
        let read = try SonioxPrerecordedRequest(stored)
        #expect(read.fileName == "talk.wav" && read.vendorOptions.options.allSatisfy { $0.name != "filename" })
    }

    @Test(arguments: [
        (#""file_id":1"#, "file_id"), (#""file_id":"x""#, "file_id"), (#""audio_url":"ftp://a""#, "audio_url"),
        (#""audio_url":"https://a b""#, "audio_url"),
        (#""file_id":"\#(file)","audio_url":"https://a""#, "audio_url"), (#""client_reference_id":"7""#, "audio_url"),
        (#""file_id":"\#(file)","language_hints":"en""#, "language_hints"), (#""file_id":"\#(file)","language_hints":["xx"]"#, "language_hints"),
        (#""file_id":"\#(file)","enable_speaker_diarization":1"#, "enable_speaker_diarization"), (#""file_id":"\#(file)","context":1"#, "context"),
        (#""file_id":"\#(file)","language_hints_strict":"x""#, "language_hints_strict"),
        (#""file_id":"\#(file)","translation":{"type":"one_way","target_language":"es"}"#, "translation"),
        (#""file_id":"\#(file)","webhook_url":"x""#, "webhook_url"),
        (#""file_id":"\#(file)","webhook_url":"https://a","webhook_auth_header_name":"X""#, "webhook_auth_header_name"),
        (
            #""file_id":"\#(file)","webhook_url":"https://a","webhook_auth_header_name":"A B","webhook_auth_header_value":"v""#,
            "webhook_auth_header_name"
        ),
    ])
    func `are rejected with the member that cannot be used`(source: String, member: String) throws {
        let error = try #require(throws: SonioxAPIError.self) { try request("", source: source) }
        #expect(error.status == .badRequest && error.type == "invalid_request" && error.fields.map(\.location) == ["body.payload.\(member)"])
        let body = try JSONValue(parsing: error.response(requestID: "r1").body)
        #expect(body["status_code"] == 400 && body["error_type"] == "invalid_request" && body["request_id"] == "r1")
        guard case .array(let fields)? = body["validation_errors"] else { return #expect(Bool(false)) }
        #expect(fields.count == 1 && fields[0]["location"] == .string("body.payload.\(member)") && fields[0]["message"] != .string(""))
    }

    @Test(arguments: ["", "[]", "{", "{}", #"{"file_id":"x"}"#])
    func `need a model and a source`(body: String) {
        #expect(throws: SonioxAPIError.self) { try SonioxPrerecordedRequest(Array(body.utf8)) }
    }

    @Test func `name a model of the vendor or of an engine`() throws {
        try request("").checkModel(among: [])
        let own = try SonioxPrerecordedRequest(Array(#"{"model":"Base.en","audio_url":"https://a"}"#.utf8))
        try own.checkModel(among: ["base.en"])
        #expect(throws: SonioxAPIError.member("model", "Invalid model")) { try own.checkModel(among: []) }
    }

    @Test func `show their state with the vendor's names`() throws {
        for (state, status) in [(SonioxPrerecordedAnswer.State.queued, "queued"), (.processing, "processing")] {
            let body = try JSONValue(parsing: answer("", state).body)
            #expect(body["status"] == .string(status) && body["audio_duration_ms"] == .null && body["error_type"] == .null)
            #expect(body["created_at"] == "1970-01-01T00:00:00.000Z" && body["language_hints"] == .null && body["audio_url"] == .null)
        }
        let failed = try JSONValue(parsing: answer("", .failed(SonioxJobError(.remoteContent("why")))).body)
        #expect(failed["status"] == "error" && failed["error_type"] == "file_download_error" && failed["error_message"] == "why")
        let hook = #""webhook_url":"https://a","webhook_auth_header_name":"X-Mine","webhook_auth_header_value":"s3cr3t""#
        let done = try answer(hook, .completed(length: .milliseconds(6_350)))
        #expect(!String(decoding: done.body, as: UTF8.self).contains("s3cr3t"))
        let body = try JSONValue(parsing: done.body)
        #expect(body["status"] == "completed" && body["audio_duration_ms"] == 6_350 && body["webhook_auth_header_name"] == "X-Mine")
    }

    @Test func `are answered with tokens in the order of time`() throws {
        let left = [Word.at(0, "Hello,", speaker: 0), .at(2, "you.", speaker: 0)], right = [Word.at(1, "你好", speaker: 1)]
        let transcript = Self.transcript([left, right])
        let plain = try JSONValue(parsing: answer().body(with: transcript))
        guard case .array(let tokens)? = plain["tokens"], case .string(let text)? = plain["text"] else { return #expect(Bool(false)) }
        let texts = tokens.compactMap { token -> String? in if case .string(let text)? = token["text"] { text } else { nil } }
        #expect(text == texts.joined() && texts.first == "Hello" && texts.last == ".")
        #expect(tokens.allSatisfy { $0["speaker"] == nil && $0["language"] == nil && $0["is_final"] == nil })
        #expect(tokens[0]["start_ms"] == 0 && tokens[0]["end_ms"] == 500 && plain["warnings"] == nil)
        let asked = try answer(#""enable_speaker_diarization":true,"enable_language_identification":true"#)
        let told = try JSONValue(parsing: asked.body(with: transcript))
        guard case .array(let named)? = told["tokens"] else { return #expect(Bool(false)) }
        #expect(named.first?["speaker"] == "1" && named.first?["language"] == "en")
    }

    @Test func `say what the engine did not do`() throws {
        var transcript = Self.transcript([[.at(0, "Hello.")]])
        transcript.ignoredOptions = ["language_hints_strict"]
        transcript.notices = [.untoldSpeakers]
        let body = try JSONValue(parsing: answer(#""enable_speaker_diarization":true"#).body(with: transcript))
        guard case .array(let warnings)? = body["warnings"], warnings.count == 2 else { return #expect(Bool(false), "\(body)") }
        #expect("\(warnings[0])".contains("language_hints_strict") && "\(warnings[1])".contains("speakers"))
    }

    @Test(arguments: [
        RequestError.remoteContent("a: b"), .engine(.undecodable("no audio"), by: .local), .engine(.rateLimited(retryAfter: nil)), .outOfCredit,
        .unavailable("down"), .internalError, .tooLarge(limit: 9, received: 10),
    ])
    func `keep the name of their error in the store`(error: RequestError) {
        let reason = SonioxJobError(error)
        #expect(SonioxJobError(stored: reason.stored) == reason)
        #expect(SonioxJobError(stored: "given up: again") == SonioxJobError("internal_error", "given up: again"))
    }

    @Test(arguments: [
        (RequestError.unauthenticated, 401, "unauthenticated"), (.forbidden("no"), 403, "permission_denied"),
        (.outOfCredit, 402, "organization_balance_exhausted"), (.limitReached("today"), 402, "project_monthly_budget_exhausted"),
        (.tooManyRequests(retryAfter: nil), 429, "limit_exceeded"), (.tooLarge(limit: 9, received: 10), 400, "invalid_request"),
        (.unknownModel("x"), 400, "invalid_request"), (.unavailable("full"), 503, "service_unavailable"), (.internalError, 500, "internal_error"),
        (.methodNotAllowed(allowed: "GET"), 405, "method_not_allowed"),
    ])
    func `are refused by the gateway with the vendor's names`(error: RequestError, status: Int, type: String) throws {
        let response = SonioxAPIError.response(to: error, requestID: "r1")
        let body = try JSONValue(parsing: response.body)
        #expect(response.status.code == status && body["status_code"] == .int(status) && body["error_type"] == .string(type))
        #expect((response.headers["Retry-After"] != nil) == (status == 429) && (response.headers["Allow"] != nil) == (status == 405))
    }

    @Test func `beyond the number of files are refused without a time to wait`() throws {
        let response = SonioxAPIError.tooManyFiles(most: 1_000).response(requestID: "r1")
        let body = try JSONValue(parsing: response.body)
        #expect(response.status.code == 429 && response.headers["Retry-After"] == nil && body["error_type"] == "limit_exceeded")
        guard case .string(let message)? = body["message"] else { return #expect(Bool(false)) }
        #expect(message.contains("1000") && message.contains("Delete files"))
    }

    @Test(arguments: ["a", "é", "語", "👩‍👩‍👧"]) func `have names of at most so many bytes, with their ends`(character: String) {
        let name = SonioxFile.name(String(repeating: character, count: SonioxFile.maxName) + ".wav")
        #expect(name.utf8.count <= SonioxFile.maxName && name.utf8.count > SonioxFile.maxName - 4)
        #expect(name.hasSuffix(character + ".wav") && !name.unicodeScalars.contains("\u{FFFD}"))
        #expect(SonioxFile.name(name) == name)
    }

    @Test func `are listed in pages`() throws {
        func page(_ query: URLQuery) throws -> SonioxPage { try SonioxPage(query) }
        #expect(try page([:]).limit == 1_000 && page([:]).cursor == nil)
        func json(_ found: [Int]) throws -> JSONValue {
            let first = try page(["limit": "2"])
            #expect(first.fetchLimit == 3)
            return try JSONValue(
                parsing: first.body("files", found, at: { (UnixTime(milliseconds: Int64($0)), Self.file) }) { item, json in json.value(item) })
        }
        for found in [[], [8], [8, 7]] { #expect(try json(found)["next_page_cursor"] == .null) }
        let json = try json([8, 7, 6])
        #expect(json["files"] == [8, 7])
        guard case .string(let cursor)? = json["next_page_cursor"] else { return #expect(Bool(false)) }
        let next = try page(["limit": "2", "cursor": cursor])
        #expect(next.limit == 2 && next.cursor?.time == UnixTime(milliseconds: 7) && next.cursor?.id == Self.file)
        for bad in [["limit": "0"], ["limit": "1001"], ["limit": "x"], ["cursor": "7"], ["cursor": "7.x"], ["cursor": "x.\(Self.file)"]] as [URLQuery]
        {
            #expect(throws: SonioxAPIError.self) { try page(bad) }
        }
    }
}
