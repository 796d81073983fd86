import Framing
import Protocols
import Speech
import Testing

/// A vendor that speaks its client's protocol is sent the client's code where it has the code, and else what the name means.
@Suite struct `A language at its client's own vendor` {
    @Test(arguments: [
        ("en-US", "en-US"), ("multi", "multi"), ("auto", "multi"), ("Portuguese", "pt"), ("pt_br", "pt-BR"), ("PT", "pt"), ("cmn", "zh"), ("", "en"),
    ])
    func `is a code of Deepgram's, live`(name: String, sent: String) throws {
        let options = try VendorRequests.liveOptions("/v1/listen?encoding=linear16&sample_rate=16000&language=" + name)
        #expect(try VendorRequests.liveQuery(options, to: "deepgram").all("language") == [sent])
    }

    @Test(
        arguments: [("en-US", "en-US"), ("multi", "multi"), ("auto", nil), ("Portuguese", "pt"), ("pt_br", "pt-BR"), ("", "en")]
            as [(String, String?)])
    func `is a code of Deepgram's, or found, in recordings`(name: String, sent: String?) throws {
        let query = try VendorRequests.recordedQuery(VendorRequests.deepgramRecorded("language=" + name), by: "deepgram")
        #expect(query.first("language") == sent && query.first("detect_language") == (sent == nil ? "true" : nil), "\(query.encoded)")
    }

    @Test(arguments: [
        ("true", ["true"]), ("en&detect_language=pt-BR", ["en", "pt-BR"]), ("portuguese", ["true"]), ("auto", ["true"]),
        ("en&detect_language=portuguese", ["true"]),
    ])
    func `is one of Deepgram's codes to choose from, or any, in recordings`(names: String, sent: [String]) throws {
        let query = try VendorRequests.recordedQuery(VendorRequests.deepgramRecorded("detect_language=" + names), by: "deepgram")
        #expect(query.all("detect_language") == sent, "\(query.encoded)")
    }

    @Test(arguments: [
        ("language_code=de", #"["de"]"#), ("language_code=German", #"["de"]"#), ("language_code=de-AT", #"["de"]"#),
        ("language_code=auto", #"["multi"]"#),
        ("language_codes=%5B%22de%22,%22fr%22%5D", #"["de","fr"]"#), ("language_codes=%5B%5D", "[]"),
    ])
    func `is a code of AssemblyAI's, live`(query: String, sent: String) throws {
        let options = try VendorRequests.liveOptions("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro&" + query)
        let asked = try VendorRequests.liveQuery(options, to: "assemblyai")
        let codes = asked.first("language_codes") ?? asked.first("language_code").map { #"["\#($0)"]"# }
        #expect(codes == sent, "\(asked.encoded)")
    }

    @Test(
        arguments: [
            ("en_uk", "en_uk"), ("pt", "pt"), ("Portuguese", "pt"), ("pt-BR", "pt"), ("en_US", "en_us"), ("auto", nil), ("multi", nil),
        ] as [(String, String?)])
    func `is a code of AssemblyAI's, or found, in recordings`(name: String, sent: String?) throws {
        let options = try VendorRequests.assemblyAIRecorded(#""language_code":"\#(name)""#)
        let body = try VendorRequests.recordedBody(options, by: "assemblyai")
        #expect(body["language_code"] == sent.map { JSONValue.string($0) }, "\(body)")
        #expect(body["language_detection"] == (sent == nil ? .bool(true) : nil), "\(body)")
    }

    @Test(arguments: [("de", "de"), ("German", "de"), ("de-AT", "de"), ("auto", nil), ("multi", nil), ("", nil)] as [(String, String?)])
    func `is a code of OpenAI's in recordings, or none`(name: String, sent: String?) throws {
        let request = try `OpenAI's transcriptions`.request([("model", "whisper-1"), ("language", name)]).get()
        guard case .form(let fields, _) = try VendorRequests.recorded(request.options, by: "openai").body else { throw CancellationError() }
        #expect(fields.filter { $0.name == "language" }.map(\.value) == (sent.map { [$0] } ?? []))
    }
}
