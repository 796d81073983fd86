internal import Framing
internal import Net

/// The web pages that may call the gateway, by their origins.
struct PageOrigins: Sendable {
    private let policy: CORSPolicy

    /// - Parameter origins: origins that may call; `*`, or none: all of them.
    init(_ origins: [String]) {
        // Any page may ask: credentials travel in headers that a page must know, never in cookies. Who is let in, `Access` decides.
        let allowed: CORSPolicy.Origins = origins.isEmpty || origins.contains("*") ? .any : .listed(Set(origins))
        policy = CORSPolicy(origins: allowed, exposedHeaders: ["dg-request-id", "dg-error", "x-request-id", "x-harken-session"])
    }

    func headers(for request: HTTPRequestHead) -> HTTPHeaders { policy.headers(for: request) }

    /// Returns the answer to a browser's question before its request; nil: the request is no such question.
    func preflightAnswer(to head: HTTPRequestHead) -> HTTPResponseHead? {
        MonitoringRoutes.guarded.contains(head.path) ? nil : policy.preflightAnswer(to: head)
    }

    /// Returns false if the request comes from a page that may not open a WebSocket. Browsers do not ask before they open one.
    func allowsWebSocket(_ head: HTTPRequestHead) -> Bool {
        guard let origin = head.headers["Origin"], !policy.allows(origin: origin), !LoopbackHost.matches(origin: origin) else { return true }
        // Of this gateway itself, as some libraries write it who are no browsers.
        guard let host = head.headers["Host"] else { return false }
        return ["http://", "https://"].contains { ($0 + host).equalsIgnoringCase(origin) }
    }
}
