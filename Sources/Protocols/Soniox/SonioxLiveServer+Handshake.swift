package import Framing
import Speech

extension SonioxLiveServer {
    /// The dialect. The handshake is always accepted: like the vendor, the gateway reports every error in the open socket, and checks the key
    /// together with the configuration.
    package static let dialect = LiveDialect(
        name: "soniox", paths: ["/transcribe-websocket"], authentication: .opening, credential: { _ in nil },
        accept: { .success(accept($0, $1)) }, errorResponse: { error, _ in errorResponse(error) },
        inBandError: { error, _ in
            let soniox = SonioxError(error, hasKey: false)
            var json = JSONWriter()
            SonioxMessage.error(soniox).write(to: &json)
            return InBandError(messages: [json.bytes], code: soniox.closeCode, reason: "")
        })

    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        let subprotocol = offered.first == keySubprotocol ? keySubprotocol : nil
        var credential = Credential.authorization(of: head, schemes: ["bearer"])
        if credential == nil, subprotocol != nil, offered.count > 1 { credential = Credential(offered[1], in: .subprotocol) }
        let opening = SonioxOpening(credential: credential, engines: EngineChoice.engines(of: head), models: context.models)
        return LiveHandshake(.opening(opening), subprotocol: subprotocol)
    }

    /// Subprotocol that browsers send; the key follows it.
    private static let keySubprotocol = "soniox-api-key"

    /// Returns the error outside of the socket, in the form of the vendor's REST API.
    private static func errorResponse(_ error: RequestError) -> ErrorResponse {
        let soniox = SonioxError(error, hasKey: false)
        var json = JSONWriter()
        json.beginObject()
        json.member("status_code", soniox.code)
        json.member("error_type", literal: "request_refused")
        json.member("message", soniox.message)
        json.endObject()
        return ErrorResponse(status: HTTPStatus(soniox.code), headers: ["Content-Type": "application/json"], body: json.bytes)
    }
}
