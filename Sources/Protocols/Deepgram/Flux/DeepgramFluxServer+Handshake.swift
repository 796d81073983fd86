package import Framing
import Speech

extension DeepgramFluxServer {
    package static let dialect = LiveDialect(
        name: "deepgram-flux", paths: ["/v2/listen"], credential: { DeepgramCredential.find(in: $0) }, accept: { accept($0, $1) },
        errorResponse: { DeepgramErrorResponse.make($0, requestID: $1.requestID) })

    /// Reads the handshake of `WS /v2/listen`.
    ///
    /// Source: Deepgram "Flux" reference, query parameters.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<LiveHandshake, ErrorResponse> {
        do throws(QueryParameterError) {
            let machine = DeepgramFluxServer(try DeepgramFluxOptions(head), context)
            return .success(
                LiveHandshake(
                    .session(machine), subprotocol: SubprotocolCredential.selected(of: head), headers: ["dg-request-id": context.requestID]))
        } catch {
            return .failure(DeepgramErrorResponse.make(.badRequest(error.message), requestID: context.requestID))
        }
    }
}
