internal import Framing
internal import Net
internal import Protocols

/// `GET /metrics`: counts in the Prometheus text format.
struct MetricsEndpoint: Endpoint {
    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RefusalCause) {
            try MonitoringRoutes.admit(exchange, call.gateway)
        } catch {
            return call.gateway.refuse(exchange, error, .harken, call)
        }
        let head = HTTPResponseHead(.ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"])
        call.gateway.answer(exchange, head, Array(call.gateway.metrics.rendered().utf8), call: call)
    }
}
