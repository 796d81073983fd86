import Framing
import Protocols
import Speech
import Testing

/// Requests of clients, and what engines of vendors are sent for them.
enum VendorRequests {
    static let context = LiveConversation.context

    /// Returns the options of an engine's stream for a live request of Deepgram's or AssemblyAI's protocol.
    static func liveOptions(_ pathAndQuery: String) throws -> StreamOptions { options(try liveRequest(pathAndQuery)) }

    /// Returns a live request of Deepgram's or AssemblyAI's protocol.
    static func liveRequest(_ pathAndQuery: String) throws -> LiveRequest {
        let head = try HTTPRequestHead(.get, pathAndQuery)
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        return try #require(try dialect.accept(head, context).get().session).request
    }

    /// Returns the options of an engine's stream for a live request.
    static func options(_ request: LiveRequest) -> StreamOptions {
        var options = StreamOptions(
            rate: .speech, language: request.language, model: request.model, interims: request.interims, endpointing: request.askedEndpointing,
            turn: request.turn, keyterms: request.keyterms, diarize: request.diarize, formatted: true)
        options.redaction = request.redaction
        options.vendorOptions = request.vendorOptions
        options.shared = request.shared
        return options
    }

    /// Returns the query with which a vendor's live stream is opened.
    static func liveQuery(_ options: StreamOptions, to vendor: String) throws -> URLQuery {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        let target = service.connect(options, Credential("k")).connection.target
        return try URLQuery(parsing: target.split(separator: "?", maxSplits: 1)[1])
    }

    static func deepgramRecorded(_ query: String) throws -> RecognitionOptions {
        let head = try HTTPRequestHead(.post, "/v1/listen?" + query, headers: ["Content-Type": "audio/wav"])
        return try DeepgramPrerecordedRequest.parse(head, context).get().options
    }

    /// Returns the options of a request with these members, which are JSON text.
    static func assemblyAIRecorded(_ members: String) throws -> RecognitionOptions {
        let body = #"{"audio_url":"https://a/b.wav"\#(members.isEmpty ? "" : "," + members)}"#
        return try AssemblyAIPrerecordedRequest(Array(body.utf8), isNative: true).options
    }

    /// Returns the request that orders a recording of a vendor.
    static func recorded(_ options: RecognitionOptions, by vendor: String) throws -> VendorRequest {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.prerecorded)
        var machine = service.recognize(PrerecordedOrder(options, credential: Credential("k")))
        var step = machine.start()
        if vendor == "assemblyai" { step = machine.answered(VendorAnswer(status: 200, body: Array(#"{"upload_url":"https://cdn/1"}"#.utf8))) }
        if vendor == "soniox" { step = machine.answered(VendorAnswer(status: 201, body: Array(#"{"id":"f-1"}"#.utf8))) }
        guard case .request(let request) = step else { throw Unexpected(step: "\(step)") }
        return request
    }

    static func recordedQuery(_ options: RecognitionOptions, by vendor: String) throws -> URLQuery {
        try URLQuery(parsing: recorded(options, by: vendor).target.split(separator: "?", maxSplits: 1)[1])
    }

    static func recordedBody(_ options: RecognitionOptions, by vendor: String) throws -> JSONValue {
        let request = try recorded(options, by: vendor)
        guard case .json(let bytes) = request.body else { throw Unexpected(step: "no JSON") }
        return try JSONValue(parsing: bytes)
    }

    struct Unexpected: Error { var step: String }

    /// Returns the names of a protocol's options that go to the vendor in the client's words.
    static func passed(_ table: OptionTable, _ service: VendorOption.Service) -> [String] {
        table.options.filter { option in
            guard option.services.contains(service) else { return false }
            switch option.handling {
            case .gateway, .refused: return false
            case .session, .shared, .own, .demanded: return true
            }
        }.map(\.name)
    }
}
