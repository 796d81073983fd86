internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// The endpoint of `GET /v3/token`: returns a temporary token for `WS /v3/ws`.
struct AssemblyAITokenEndpoint: Endpoint {
    static let renderer = ErrorRenderer { error, context in AssemblyAIErrorResponse.make(error, requestID: context.requestID) }

    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { AssemblyAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = exchange.request
        do throws(RequestError) {
            let caller = try admission.authenticate(exchange, credential: call.shown, for: [.listen])
            let request = try AssemblyAITokenRequest(head)
            let token = try admission.issueToken(
                .init(lifetime: request.lifetime, sessionLimit: request.sessionLimit, isSingleUse: true, paths: ["/v3/ws"]), to: caller)
            let headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store", "x-request-id": call.id]
            call.answer(exchange, HTTPResponseHead(.ok, headers: headers), request.answer(token: token))
        } catch {
            call.reject(exchange, error, Self.renderer)
        }
    }
}
