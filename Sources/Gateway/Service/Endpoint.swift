internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// What answers the requests of one route.
protocol Endpoint: Sendable {
    /// Called on the exchange's loop.
    func handle(_ exchange: HTTPExchange, _ call: Call)

    /// What the caller shows, as this endpoint looks for it; nil: nothing, or it shows it later, or everyone may call.
    func credential(in head: HTTPRequestHead) -> Credential?
}

/// One request on its way through the gateway.
struct Call: Sendable {
    /// A UUID; in answers and in the log.
    let id: String
    /// The route's name in metrics and logs.
    let route: String
    let gateway: GatewayService
    let client: ClientAddress
    /// What answers it; nil: nothing is at its path.
    var endpoint: (any Endpoint)?

    /// Whether the request has a credential where its endpoint looks for one.
    func showsCredential(_ head: HTTPRequestHead) -> Bool { endpoint?.credential(in: head) != nil }
}
