import Framing
import Speech
import Testing

@testable import Protocols

@Suite struct `An engine's error` {
    /// An error, its code, and its status with the operator's key and with the caller's own.
    private static let rows: [(EngineError, String, Int, Int)] = [
        (.unauthorized("account 4711 of Example Ltd"), "provider_key_refused", 502, 403),
        (.quotaExhausted("account 4711 of Example Ltd"), "provider_quota_exhausted", 502, 402),
        (.rateLimited(retryAfter: .seconds(7)), "provider_rate_limited", 429, 429),
        (.badRequest("too short"), "audio_not_usable", 400, 400), (.undecodable("not audio"), "audio_not_usable", 400, 400),
        (.unsupportedLanguage(LanguageTag("fi")), "unsupported_language", 400, 400), (.unavailable("down"), "provider_failure", 503, 503),
        (.protocolViolation("no JSON"), "provider_failure", 502, 502), (.timedOut("late"), "provider_timeout", 504, 504),
        (.cancelled, "interrupted", 503, 503),
    ]

    private static let dialects: [(name: String, make: @Sendable (RequestError) -> ErrorResponse)] = [
        ("AssemblyAI", { AssemblyAIErrorResponse.make($0, requestID: "r") }), ("Deepgram", { DeepgramErrorResponse.make($0, requestID: "r") }),
        ("OpenAI", { OpenAIErrorResponse.make($0, requestID: "r") }),
    ]

    @Test(arguments: rows) func `has one code and one status in every dialect`(error: EngineError, code: String, operators: Int, users: Int) throws {
        for (payer, status) in [(BillingParty.operator, operators), (.user, users)] {
            for (name, make) in Self.dialects {
                let rejection = make(.engine(error, by: EngineName("deepgram"), payer: payer))
                let body = try Parsed(rejection.body)
                #expect(body["provider"].string == "deepgram", "\(name)")
                #expect(body["code"].string == code, "\(name)")
                #expect(rejection.status.code == status, "\(name) \(payer)")
                #expect(!String(decoding: rejection.body, as: UTF8.self).contains("4711"), "\(name): the vendor's words of an account")
                #expect(rejection.headers["dg-error"]?.contains("4711") != true)
            }
        }
    }

    @Test func `keeps the members that each vendor's own client reads`() throws {
        let cause = RequestError.engine(.unauthorized("secret"), by: EngineName("soniox"), payer: .user)
        let assemblyAI = try Parsed(AssemblyAIErrorResponse.make(cause, requestID: "r").body)
        #expect(assemblyAI["error"].string == "Session Cancelled: An error occurred. soniox refused your own key.")
        let deepgram = try Parsed(DeepgramErrorResponse.make(cause, requestID: "r").body)
        #expect(deepgram["err_code"].string == "ENGINE_FAILED" && deepgram["err_msg"].string == "soniox refused your own key.")
        #expect(deepgram["request_id"].string == "r")
        let openAI = try Parsed(OpenAIErrorResponse.make(cause, requestID: "r").body)
        #expect(openAI["error"].count == 4 && openAI["error"]["message"].string == "soniox refused your own key.")
        #expect(openAI["error"]["code"].string == "provider_key_refused")
    }

    @Test(arguments: [
        ("/var/lib/harken/models/asr.onnx is missing; install the models", "asr.onnx is missing; install the models"),
        ("cannot open file:/srv/models/a.so (permission denied)", "cannot open a.so (permission denied)"),
        ("models/a.so and /b.so are damaged", "a.so and b.so are damaged"), ("the model is too old", "the model is too old"),
    ])
    func `names the files of this machine without their folders`(words: String, told: String) {
        for payer in [BillingParty.operator, .user] {
            #expect(ProviderError(.unavailable(words), by: .local, payer: payer).error == .unavailable(told))
            for (name, make) in Self.dialects {
                let rejection = make(.engine(.unavailable(words), by: .local, payer: payer))
                #expect(String(decoding: rejection.body, as: UTF8.self).contains(told), "\(name)")
            }
        }
    }

    @Test func `leaves the words of a vendor as they are`() {
        let error = EngineError.unavailable("see https://status.example.com/now")
        #expect(ProviderError(error, by: EngineName("deepgram"), payer: .operator).error == error)
    }

    @Test func `leaves out the engine where none was asked`() throws {
        for (name, make) in Self.dialects {
            let body = try Parsed(make(.engine(.cancelled)).body)
            #expect(!body["provider"].exists && body["code"].string == "interrupted", "\(name)")
            #expect(!(try Parsed(make(.notFound("here")).body))["code"].exists, "\(name)")
        }
    }

    @Test func `says how long to wait, as the vendor did`() {
        for (name, make) in Self.dialects {
            #expect(make(.engine(.rateLimited(retryAfter: .seconds(7)), by: .local)).headers["Retry-After"] == "7", "\(name)")
        }
    }

    @Test(arguments: rows) func `is found again behind the words of a job that failed`(error: EngineError, code: String, operators: Int, users: Int) {
        let tag = ProviderTag(ProviderError(error, by: EngineName("deepgram"), payer: .operator))
        let words = tag.following("It (the audio) is lost: sorry.")
        #expect(words == "It (the audio) is lost: sorry. (deepgram: \(code))")
        #expect(ProviderTag(in: words) == tag)
        let nobody = ProviderTag(provider: nil, code: code)
        #expect(ProviderTag(in: nobody.following("Lost.")) == nobody)
    }

    @Test(arguments: ["", "no tag", "(deepgram: no_such_code)", "a (b", "()", ")", "x (provider_failure) y"])
    func `is not found in other words`(words: String) {
        #expect(ProviderTag(in: words) == nil)
    }

    @Test func `is written of a transcript that failed, and of no other`() throws {
        let request = try AssemblyAIPrerecordedRequest(Array(#"{"audio_url":"https://a/b"}"#.utf8))
        let failed = try Parsed(
            AssemblyAIPrerecordedAnswer(id: "t", request: request, state: .failed("Gone. (soniox: provider_failure)")).body)
        #expect(failed["error"].string == "Gone. (soniox: provider_failure)")
        #expect(failed["provider"].string == "soniox" && failed["code"].string == "provider_failure")
        for state in [AssemblyAIPrerecordedAnswer.State.queued, .failed("Audio duration is too short.")] {
            #expect(!(try Parsed(AssemblyAIPrerecordedAnswer(id: "t", request: request, state: state).body))["code"].exists)
        }
    }
}
