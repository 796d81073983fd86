internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Usage

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
        let build = """
            # HELP harken_build_info The version of Harken that runs; always 1.
            # TYPE harken_build_info gauge
            harken_build_info{version="\(call.gateway.configuration.version)"} 1

            """
        let text = build + call.gateway.metrics.rendered() + call.gateway.usage.metrics.rendered()
        call.gateway.answer(exchange, head, Array(text.utf8), call: call)
    }
}
