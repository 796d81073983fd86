internal import Framing
internal import Net
internal import Protocols

/// The endpoint of `GET /health`: tells that the process answers, and its version.
struct HealthEndpoint: Endpoint {
    /// The version of Harken.
    let version: String

    func credential(in head: HTTPRequestHead) -> Credential? { nil }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        var json = JSONWriter()
        json.beginObject()
        json.member("status", literal: "ok")
        json.member("version", version)
        json.endObject()
        call.answer(
            exchange, HTTPResponseHead(.ok, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"]), json.bytes)
    }
}
