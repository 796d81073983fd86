package import Framing
import Speech

extension SonioxLiveServer {
    /// The dialect. The handshake is always accepted: like the vendor, the gateway reports every error in the open socket, and checks the key
    /// together with the configuration.
    package static let dialect = LiveDialect(
        name: "soniox", paths: ["/transcribe-websocket"], authentication: .opening, credential: { _ in nil },
        accept: { .success(accept($0, $1)) }, errorResponse: { error, context in SonioxAPIError.response(to: error, requestID: context.requestID) },
        inBandError: { error, _ in
            let soniox = SonioxError(error, hasKey: false)
            var json = JSONWriter()
            SonioxMessage.error(soniox).write(to: &json)
            return InBandError(messages: [json.bytes], code: soniox.closeCode, reason: "")
        })

    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        let subprotocol = offered.first == keySubprotocol ? keySubprotocol : nil
        var credential = SonioxCredential.find(in: head)
        if credential == nil, subprotocol != nil, offered.count > 1 { credential = Credential(offered[1], in: .subprotocol) }
        let opening = SonioxOpening(credential: credential, engines: EngineChoice.engines(of: head), models: context.models)
        return LiveHandshake(.opening(opening), subprotocol: subprotocol)
    }

    /// Subprotocol that browsers send; the key follows it.
    private static let keySubprotocol = "soniox-api-key"
}
