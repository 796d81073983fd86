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
