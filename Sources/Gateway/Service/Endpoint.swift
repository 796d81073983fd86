internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// A type that answers the requests of one route.
protocol Endpoint: Sendable {
    /// Called on the exchange's loop.
    func handle(_ exchange: HTTPExchange, _ call: Call)

    /// Returns the caller's credential from where this endpoint looks for it; nil: there is none, or the caller shows it later, or everyone may call.
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
    /// The endpoint that answers the request; nil: nothing is at the request's path.
    var endpoint: (any Endpoint)?

    /// True if the request has a credential where its endpoint looks for one.
    func showsCredential(_ head: HTTPRequestHead) -> Bool { endpoint?.credential(in: head) != nil }
}
