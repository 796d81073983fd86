package import Framing
import Speech

extension AssemblyAILiveServer {
    package static let dialect = LiveDialect(
        name: "assemblyai", paths: ["/v3/ws"], credential: { AssemblyAICredential.find(in: $0) }, accept: { .success(accept($0, $1)) },
        refuse: { AssemblyAIRefusal.make($0, requestID: $1.requestID) }, refuseInBand: { cause, _ in AssemblyAIRefusal.inBand(cause) })

    /// Reads the handshake of `WS /v3/ws`. An error in the handshake is reported in the socket.
    ///
    /// Source: AssemblyAI "Universal-Streaming" reference, query parameters.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let problem: RefusalCause
        do throws(QueryParameters.Fault) {
            let options = try AssemblyAILiveOptions(head)
            if options.model.isKnown || context.models.contains(options.model.name) {
                return LiveHandshake(.session(AssemblyAILiveServer(options, context)))
            }
            problem = .unknownModel(options.model.name)
        } catch {
            problem = .badRequest(error.message)
        }
        let refusal = AssemblyAIRefusal.inBand(problem) ?? AssemblyAIRefusal.inBand(3006, "Invalid Message")
        return LiveHandshake(.opening(RefusedOpening(refusal)))
    }
}
