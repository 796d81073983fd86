package import Framing
import Speech
import TextNormalization

extension DeepgramLiveServer {
    package static let dialect = LiveDialect(
        name: "deepgram", paths: ["/v1/listen"], credential: { DeepgramCredential.find(in: $0) }, accept: { accept($0, $1) },
        errorResponse: { DeepgramErrorResponse.make($0, requestID: $1.requestID) })

    /// Reads the handshake of `WS /v1/listen`.
    ///
    /// Source: Deepgram "Live Audio" reference, query parameters.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<LiveHandshake, ErrorResponse> {
        do throws(QueryParameterError) {
            var options = try DeepgramLiveOptions(head)
            options.parameters.formatting.rules.profanity = context.profanity
            options.markParametersWithoutRules()
            let model = options.parameters.model
            guard DeepgramModels.isKnown(model) || context.models.contains(model.lowercased()) else {
                return .failure(DeepgramErrorResponse.make(.unknownModel(model), requestID: context.requestID))
            }
            let machine = DeepgramLiveServer(options, requestID: context.requestID, created: context.now)
            return .success(
                LiveHandshake(
                    .session(machine), subprotocol: SubprotocolCredential.selected(of: head), headers: ["dg-request-id": context.requestID]))
        } catch {
            return .failure(DeepgramErrorResponse.make(.badRequest(error.message), requestID: context.requestID))
        }
    }
}
