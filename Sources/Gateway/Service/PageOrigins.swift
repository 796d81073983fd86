internal import Admission
internal import Framing
internal import Net

/// The web pages that may call the gateway, by their origins.
struct PageOrigins: Sendable {
    private let policy: CORSPolicy

    /// - Parameter origins: origins that may call; `*`, or an empty list, for all origins.
    init(_ origins: [String]) {
        // Any page may call, because credentials are in headers that a page must know. Cookies count only for the gateway's own pages, see
        // `LoginCookie`. `Access` decides about the caller.
        let allowed: CORSPolicy.Origins = origins.isEmpty || origins.contains("*") ? .any : .listed(Set(origins))
        policy = CORSPolicy(
            origins: allowed,
            exposedHeaders: ["dg-request-id", "dg-error", "x-request-id", "x-harken-session", "x-harken-notice", "x-harken-erasure"])
    }

    func headers(for request: HTTPRequestHead) -> HTTPHeaders { policy.headers(for: request) }

    /// Returns the answer to a browser's preflight request; nil when the request is not a preflight request.
    func preflightAnswer(to head: HTTPRequestHead) -> HTTPResponseHead? {
        MonitoringRoutes.guarded.contains(head.path) ? nil : policy.preflightAnswer(to: head)
    }

    /// Returns false if the request comes from a page that may not open a WebSocket. Browsers send no preflight request for a WebSocket.
    func allowsWebSocket(_ head: HTTPRequestHead) -> Bool {
        guard let origin = head.headers["Origin"], !policy.allows(origin: origin), !LoopbackHost.matches(origin: origin) else { return true }
        // The gateway's own pages, and some libraries that are not browsers, send the gateway's own address as Origin.
        return RequestOrigin.isOwn(origin, head)
    }
}
