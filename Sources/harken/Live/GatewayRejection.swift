import Framing
import Speech

/// The HTTP answer of a gateway that did not open a live stream.
struct GatewayRejection {
    let status: Int
    let body: [UInt8]

    var error: EngineError {
        switch status {
        case 401: .unauthorized("the gateway refused the key, or needs one")
        case 403, 402, 400: .badRequest("the gateway refused the stream: \(said)")
        case 429: .rateLimited(retryAfter: nil)
        case 404, 405, 426: .unavailable("the server that answered is not a Harken gateway, or it does not have this protocol (status \(status))")
        case _: .unavailable("the gateway cannot accept the stream now: \(said)")
        }
    }

    /// The message in the JSON body, in a dialect's form or in Harken's own.
    private var said: String {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return "status \(status)" }
        let root = document.root
        let message = root["err_msg"].string ?? root["error"]["message"].string ?? root["message"].string
        return message.map { TerminalText.safe($0.prefix(bytes: 300)) } ?? "status \(status)"
    }
}
