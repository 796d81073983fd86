package import Framing
import Speech

extension SonioxLiveServer {
    /// Whatever is wrong, the vendor says it in the open socket: the handshake is accepted always, and the key is looked at with the configuration.
    package static let dialect = LiveDialect(
        name: "soniox", paths: ["/transcribe-websocket"], authentication: .opening, credential: { _ in nil },
        accept: { .success(accept($0, $1)) }, refuse: { cause, _ in refusal(cause) },
        refuseInBand: { cause, _ in
            let fault = SonioxFault(cause, hasKey: false)
            var json = JSONWriter()
            SonioxMessage.error(fault).write(to: &json)
            return InBandRefusal(messages: [json.bytes], code: fault.closeCode, reason: "")
        })

    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> LiveHandshake {
        let offered = head.headers.elements("Sec-WebSocket-Protocol")
        let subprotocol = offered.first == keySubprotocol ? keySubprotocol : nil
        var credential = Credential.authorization(of: head, schemes: ["bearer"])
        if credential == nil, subprotocol != nil, offered.count > 1 { credential = Credential(offered[1], in: .subprotocol) }
        let opening = SonioxOpening(credential: credential, engines: EngineChoice.engines(of: head), models: context.models)
        return LiveHandshake(.opening(opening), subprotocol: subprotocol)
    }

    /// Browsers send it with the key behind it.
    private static let keySubprotocol = "soniox-api-key"

    /// Outside of the socket, as the vendor's REST API says it.
    private static func refusal(_ cause: RefusalCause) -> Refusal {
        let fault = SonioxFault(cause, hasKey: false)
        var json = JSONWriter()
        json.beginObject()
        json.member("status_code", fault.code)
        json.member("error_type", literal: "request_refused")
        json.member("message", fault.message)
        json.endObject()
        return Refusal(status: HTTPStatus(fault.code), headers: ["Content-Type": "application/json"], body: json.bytes)
    }
}
