internal import Framing
internal import Net
internal import Protocols

/// `GET /health`: the process answers.
struct HealthEndpoint: Endpoint {
    func credential(in head: HTTPRequestHead) -> Credential? { nil }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        call.gateway.answer(
            exchange, HTTPResponseHead(.ok, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"]),
            Array(#"{"status":"ok"}"#.utf8),
            call: call)
    }
}
