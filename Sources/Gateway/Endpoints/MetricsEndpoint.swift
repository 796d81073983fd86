internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Usage

/// The endpoint of `GET /metrics`: returns the metrics in the Prometheus text format.
struct MetricsEndpoint: Endpoint {
    let access: MonitoringAccess
    /// The version of Harken.
    let version: String
    let metrics: Metrics
    let usage: UsageMetrics

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            try access.admit(exchange)
        } catch {
            return call.reject(exchange, error, .harken)
        }
        let head = HTTPResponseHead(.ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"])
        let build = """
            # HELP harken_build_info The version of Harken that runs; always 1.
            # TYPE harken_build_info gauge
            harken_build_info{version="\(version)"} 1

            """
        let text = build + metrics.rendered() + usage.rendered()
        call.answer(exchange, head, Array(text.utf8))
    }
}
