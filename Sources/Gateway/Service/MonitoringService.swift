internal import Admission
package import Framing
package import Net
internal import Protocols

/// The gateway's HTTP face for those who watch it, on an address of its own (`HARKEN_METRICS_LISTEN`): `/health`, `/ready` and `/metrics`.
package struct MonitoringService: HTTPService {
    private let gateway: GatewayService

    package init(_ gateway: GatewayService) { self.gateway = gateway }

    package func handle(_ exchange: HTTPExchange) { gateway.handle(exchange, by: MonitoringRoutes.all) }

    package func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) { gateway.refusal(error) }
}

/// The routes for those who watch the gateway.
enum MonitoringRoutes {
    /// The operator's alone: no web page reads these, whatever `HARKEN_CORS_ORIGINS` says.
    static let guarded: Set<String> = ["/ready", "/metrics"]

    static let all = RouteTable(GatewayService.routes.filter { guarded.contains($0.path) || $0.path == "/health" })

    /// Refuses who may not read the state of the gateway: without keys, as everywhere, other machines and their web pages; with keys, who shows
    /// none, where the operator asks for one.
    static func admit(_ exchange: HTTPExchange, _ gateway: GatewayService) throws(RefusalCause) {
        let head = exchange.request
        guard gateway.configuration.metricsNeedKey else { return try gateway.admission.admitUnknown(head, peer: exchange.peer) }
        let caller = try gateway.admission.authenticate(
            head, credential: HarkenCredential.find(in: head), peer: exchange.peer, for: [.read]
        ).caller
        // Users of an identity provider are not the operator.
        if case .user = caller { throw .forbidden("A key of this gateway is needed: a user's token is not enough.") }
    }
}
