package import Framing
import Speech

extension RealtimeServer {
    package static let dialect = LiveDialect(
        name: "openai-realtime", paths: ["/v1/realtime"], maxMessageBytes: RealtimeClientEvent.maxBytes, credential: { credential(of: $0) },
        accept: { .success(accept($0, $1)) }, errorResponse: { OpenAIErrorResponse.make($0, requestID: $1.requestID) })

    /// Maximum duration of a connection, as at the vendor.
    private static let limits: [RealtimeConfiguration.Shape: Duration] = [.general: .seconds(3_600), .beta: .seconds(1_800)]

    /// Returns the key of `Authorization: Bearer KEY`, or of the subprotocol that browsers send: `openai-insecure-api-key.KEY`.
    package static func credential(of head: HTTPRequestHead) -> Credential? {
        if head.headers["Authorization"] != nil { return OpenAICredential.find(in: head) }
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        guard let secret = offered.first(where: { $0.hasPrefix(keyPrefix) })?.dropFirst(keyPrefix.count), !secret.isEmpty else { return nil }
        return Credential(String(secret), in: .subprotocol)
    }

    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        let isBeta = head.headers.values("OpenAI-Beta").contains { $0.contains("realtime=v1") } || offered.contains("openai-beta.realtime-v1")
        var shape: RealtimeConfiguration.Shape = isBeta ? .beta : .general
        let named = head.query.first("model"), isForTranscription = head.query.first("intent") == "transcription"
        // The query may also name a model for conversations, which does not apply to a transcription.
        let transcriber = named.flatMap { OpenAIModels.isKnown(realtime: $0, context.models) ? $0 : nil }
        var configuration = RealtimeConfiguration()
        if let (bound, its) = RealtimeConfiguration.bound(context.credentialSettings) {
            configuration = bound
            if its == .beta { shape = .beta }
        } else if !isForTranscription, isBeta || named != nil && transcriber == nil {
            // Without the intent, the vendor opens a conversation, whose speech is transcribed too.
            configuration.type = .conversation
        }
        if configuration.transcription.model == nil { configuration.transcription.model = transcriber }
        if configuration.type == .conversation, transcriber == nil, let named { configuration.answers.name(model: named.prefix(bytes: 128)) }
        let opening = RealtimeOpening(
            configuration, shape: shape, limit: limits[shape] ?? .seconds(1_800), engines: EngineChoice.engines(of: head), context)
        return LiveHandshake(
            .opening(opening), subprotocol: offered.contains("realtime") ? "realtime" : nil, headers: ["x-request-id": context.requestID])
    }

    private static let keyPrefix = "openai-insecure-api-key."
}
