internal import Framing
internal import Net

/// `GET /metrics`: counts in the Prometheus text format.
struct MetricsEndpoint: Endpoint {
    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = HTTPResponseHead(.ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"])
        call.gateway.answer(exchange, head, Array(call.gateway.metrics.rendered().utf8), call: call)
    }
}
