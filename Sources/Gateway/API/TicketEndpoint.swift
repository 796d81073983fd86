internal import Framing
internal import Net
internal import Protocols

/// `POST /api/v1/tickets` `{"path": "/v4/listen"}`: what a web page, which can set no header there, opens one WebSocket with: `?ticket=…`.
struct TicketEndpoint: Endpoint {
    static let path = "/api/v1/tickets"
    static let lifetime = Duration.seconds(30)
    private static let longestBody = 4_096

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        do throws(RefusalCause) {
            let admission = try gateway.access.admit(exchange.request, credential: credential(in: exchange.request), peer: exchange.peer)
            try admission.caller.check(.listen)
            exchange.collectBody(limit: Self.longestBody) { result in
                do throws(RefusalCause) {
                    let body = try result.mapError { RefusalCause($0, received: Self.longestBody) }.get()
                    let path = try Self.path(in: body)
                    guard gateway.hasWebSocket(at: path) else { throw .badRequest("There is no WebSocket at \(path).") }
                    let ticket = try gateway.access.issueToken(.init(lifetime: Self.lifetime, isSingleUse: true, paths: [path]), to: admission)
                    var json = JSONWriter()
                    json.beginObject()
                    json.member("ticket", ticket)
                    json.member("path", path)
                    json.member("expires_in", Int(Self.lifetime.components.seconds))
                    json.endObject()
                    let headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store"]
                    gateway.answer(exchange, HTTPResponseHead(.ok, headers: headers), json.bytes, call: call)
                } catch {
                    gateway.refuse(exchange, error, .harken, call)
                }
            }
        } catch {
            gateway.refuse(exchange, error, .harken, call)
        }
    }

    private static func path(in body: [UInt8]) throws(RefusalCause) -> String {
        let advice = "The body must be JSON that names a WebSocket of this gateway: {\"path\": \"/v4/listen\"}."
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: body) } catch { throw .badRequest(advice) }
        guard let path = document.root["path"].string, path.hasPrefix("/"), path.utf8.count <= 200 else { throw .badRequest(advice) }
        return path
    }
}
