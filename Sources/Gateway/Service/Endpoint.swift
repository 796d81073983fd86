internal import Framing
internal import Net
internal import Protocols

/// A type that answers the requests of one route.
protocol Endpoint: Sendable {
    /// Handles a request. Called on the exchange's loop.
    func handle(_ exchange: HTTPExchange, _ call: Call)

    /// Returns the caller's credential from the place where this endpoint expects it; nil when there is none, the caller shows it later, or everyone
    /// may call.
    func credential(in head: HTTPRequestHead) -> Credential?
}
