import Framing
import Protocols
import Speech
import Testing

@Suite struct `Soniox's first message` {
    private static let plain = #""model":"stt-rt-v4","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1"#

    @Test func `asks for a session`() throws {
        var client = Entrance.soniox()
        let requested = try client.begin(
            """
            {"api_key":"k3y","model":"stt-rt-v5","audio_format":"mulaw","sample_rate":8000,"num_channels":2,"language_hints":["es"],
            "enable_speaker_diarization":true,"enable_endpoint_detection":true,"max_endpoint_delay_ms":900,"new":1,
            "context":{"general":[{"key":"domain","value":"law"}],"terms":["Harken","gateway"]},"client_reference_id":"r"}
            """)
        let request = requested.machine.request
        #expect(requested.credential == Credential("k3y"))
        #expect(!requested.includesMessage)
        #expect(request.format == .raw(.mulaw, .telephone, channels: 2))
        #expect(request.language == LanguageTag("es"))
        #expect(request.model == "stt-rt-v5")
        #expect(request.diarize)
        #expect(request.keyterms == ["Harken", "gateway"])
        #expect(request.turn == TurnRule(maximumSilence: .milliseconds(900)))
        #expect(!request.separateChannels)
        #expect(client.said.isEmpty)
    }

    @Test func `may say null for what it leaves out`() throws {
        var client = Entrance.soniox(["Authorization": "Bearer k3y"])
        let requested = try client.begin(
            "{\(Self.plain),\"language_hints\":null,\"context\":null,\"max_endpoint_delay_ms\":null,\"translation\":null}")
        #expect(requested.credential == Credential("k3y"))
        var request = requested.machine.request
        request.vendorOptions = nil
        #expect(request == LiveRequest(format: .linear16(.speech), model: "stt-rt-v4"))
    }

    @Test(arguments: [
        ("pcm_f64be", AudioEncoding.float64BigEndian), ("pcm_s24le", .signed24), ("pcm_u8", .unsigned8), ("alaw", .alaw), ("pcm_s32le", .linear32),
    ])
    func `names raw formats`(name: String, encoding: AudioEncoding) throws {
        var client = Entrance.soniox()
        let requested = try client.begin("{\(Self.plain.replacing("pcm_s16le", with: name))}")
        #expect(requested.machine.request.format == .raw(encoding, .speech, channels: 1))
    }

    @Test func `of a browser shows the key as a subprotocol`() throws {
        var client = Entrance.soniox(["Sec-WebSocket-Protocol": "soniox-api-key, k3y"])
        #expect(client.handshake.subprotocol == "soniox-api-key")
        let requested = try client.begin("{\(Self.plain)}")
        #expect(requested.credential == Credential("k3y", in: .subprotocol))
    }

    @Test func `names several languages and leaves the choice`() throws {
        var client = Entrance.soniox()
        let requested = try client.begin("{\(Self.plain),\"language_hints\":[\"en\",\"de\"]}")
        #expect(requested.machine.request.language == LanguageTag("multi"))
    }

    @Test(
        arguments: [(#"["en","de"]"#, ["en", "de"]), (#"["de"]"#, []), (#"["de","auto"]"#, [])] as [(json: String, languages: [String])],
        [nil, false, true])
    func `names several languages, which engines that find it choose from`(hints: (json: String, languages: [String]), isStrict: Bool?) throws {
        var client = Entrance.soniox()
        let strict = isStrict.map { ",\"language_hints_strict\":\($0)" } ?? ""
        let shared = try client.begin("{\(Self.plain),\"language_hints\":\(hints.json)\(strict)}").machine.request.shared
        #expect(shared.languages == hints.languages.map { LanguageTag($0) })
        #expect(shared.keepsToLanguages == (isStrict == true || hints.languages.isEmpty))
    }

    @Test(arguments: [
        (#""enable_language_identification":true"#, "multi"), (#""enable_language_identification":true,"language_hints":[]"#, "multi"),
        (#""enable_language_identification":true,"language_hints":["de"]"#, "de"), (#""enable_language_identification":false"#, nil),
        (#""language_hints":["auto"]"#, "multi"),
    ])
    func `wants its language found where it asks which it is, and gives no hint`(members: String, language: String?) throws {
        var client = Entrance.soniox()
        let requested = try client.begin("{\(Self.plain),\(members)}")
        #expect(requested.machine.request.language == language.map { LanguageTag($0) })
    }

    @Test func `may name an engine's model`() throws {
        var client = Entrance.soniox()
        let text = Self.plain.replacing("stt-rt-v4", with: "moonshine-base-en")
        #expect(client.text("{\(text)}") != nil)
    }

    static let wrong: [(String, String)] = [
        ("", "Start request is malformed."), ("{", "Start request is malformed."), ("[]", "Start request is malformed."),
        ("{}", "Invalid model specified."), ("{\"model\":7}", "Start request is malformed."),
        ("{\"model\":\"gpt\",\"audio_format\":\"auto\"}", "Invalid model specified."),
        ("{\"model\":\"stt-rt-v4\"}", "Missing audio format. Specify a valid audio format or use auto."),
        ("{\"model\":\"stt-rt-v4\",\"audio_format\":\"vhs\"}", "Missing audio format. Specify a valid audio format or use auto."),
        ("{\"model\":\"stt-rt-v4\",\"audio_format\":\"pcm_s16le\"}", "Audio data sample rate must be specified for PCM formats"),
        (
            "{\"model\":\"stt-rt-v4\",\"audio_format\":\"pcm_s16le\",\"sample_rate\":16000}",
            "Audio data channels must be specified for PCM formats"
        ),
        (
            "{\"model\":\"stt-rt-v4\",\"audio_format\":\"alaw\",\"sample_rate\":1,\"num_channels\":1}", "sample_rate must be from 8000 to 96000."
        ),
        (
            "{\"model\":\"stt-rt-v4\",\"audio_format\":\"alaw\",\"sample_rate\":8000,\"num_channels\":99}", "num_channels must be from 1 to 8."
        ),
        (
            "{\(plain),\"language_hints\":[\"en\",\"english please\"]}",
            "Invalid language hint. language_hints is \"english please\", which no language is called; it must be \(LanguageName.accepted)."
        ),
        ("{\(plain),\"language_hints\":\"en\"}", "Invalid language hint."),
        ("{\(plain),\"language_hints\":[\"en\",\"EN\"]}", "Language hints must be unique."),
        ("{\(plain),\"max_endpoint_delay_ms\":1}", "Start request is malformed."),
        ("{\(plain),\"enable_endpoint_detection\":\"yes\"}", "Start request is malformed."),
        ("{\(plain),\"context\":\"\(String(repeating: "x", count: 10_001))\"}", "Context is too long (max length 10000)."),
        ("{\(plain),\"context\":{\"text\":\"\(String(repeating: "x", count: 10_001))\"}}", "Context is too long (max length 10000)."),
        ("{\(plain),\"client_reference_id\":\"\(String(repeating: "x", count: 257))\"}", "Client reference ID is too long (max length 256)"),
        (
            "{\(plain),\"translation\":{\"type\":\"one_way\",\"target_language\":\"de\"}}",
            "Translation is not available here. Leave translation out."
        ),
    ]

    @Test(arguments: wrong)
    func `is rejected in the socket`(message: String, problem: String) {
        var client = Entrance.soniox()
        let requested = client.text(message)
        #expect(requested == nil)
        #expect(client.said == ["error 400 \(problem)", "close 1008"])
        let next = client.text("{\(Self.plain)}")
        #expect(next == nil, "it is over")
        #expect(client.said.count == 2)
    }

    @Test func `must be a text`() {
        var client = Entrance.soniox()
        let requested = client.binary(3_200)
        #expect(requested == nil)
        #expect(client.said == ["error 400 Start request must be a text message.", "close 1008"])
    }

    @Test func `shows one key only`() {
        var client = Entrance.soniox(["Authorization": "Bearer k3y"])
        let requested = client.text("{\(Self.plain),\"api_key\":\"k3y\"}")
        #expect(requested == nil)
        #expect(client.said == ["error 400 Start request is malformed.", "close 1008"])
    }

    @Test func `does not come in time`() {
        var client = Entrance.soniox()
        client.wait(.seconds(9))
        #expect(client.said.isEmpty)
        client.wait(.seconds(1))
        #expect(client.said == ["error 408 Start request timeout", "close 1008"])
    }

    @Test(arguments: [
        (RequestError.unauthenticated, true, 401, "Invalid API key."), (.unauthenticated, false, 401, "Missing API key."),
        (.outOfCredit, true, 402, "Organization balance exhausted. Add credit to go on."),
        (.badRequest("The language \"xx\" is not available from local."), true, 400, "The language \"xx\" is not available from local."),
        (.tooManyRequests(retryAfter: nil), true, 429, "Rate limit exceeded. Try again later."),
    ])
    func `may be rejected by the gateway`(cause: RequestError, hasKey: Bool, code: Int, problem: String) {
        var client = Entrance.soniox()
        _ = client.text(hasKey ? "{\(Self.plain),\"api_key\":\"k\"}" : "{\(Self.plain)}")
        client.rejected(cause)
        #expect(client.said == ["error \(code) \(problem)", "close 1008"])
    }

    @Test func `is not waited for when the gateway goes down`() {
        var client = Entrance.soniox()
        client.drain()
        #expect(client.said == ["error 503 Cannot continue request (code 1). Please restart the request.", "close 1011"])
    }
}
