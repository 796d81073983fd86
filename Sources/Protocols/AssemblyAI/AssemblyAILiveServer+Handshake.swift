package import Framing
import Speech

extension AssemblyAILiveServer {
    package static let dialect = LiveDialect(
        name: "assemblyai", paths: ["/v3/ws"], credential: { AssemblyAICredential.find(in: $0) }, accept: { .success(accept($0, $1)) },
        errorResponse: { AssemblyAIErrorResponse.make($0, requestID: $1.requestID) },
        inBandError: { error, _ in AssemblyAIErrorResponse.inBand(error) })

    /// Reads the handshake of `WS /v3/ws`. An error in the handshake is reported in the socket.
    ///
    /// Source: AssemblyAI "Universal-Streaming" reference, query parameters.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let problem: RequestError
        do throws(QueryParameterError) {
            let options = try AssemblyAILiveOptions(head)
            if options.model.isKnown || context.models.contains(options.model.name) {
                return LiveHandshake(.session(AssemblyAILiveServer(options, context)))
            }
            problem = .unknownModel(options.model.name)
        } catch {
            problem = .badRequest(error.message)
        }
        let inBand = AssemblyAIErrorResponse.inBand(problem) ?? AssemblyAIErrorResponse.inBand(3006, "Invalid Message")
        return LiveHandshake(.opening(RejectedOpening(inBand)))
    }
}
