internal import Continuity
internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// `GET /api/v1/sessions/{id}`: a session's transcript, to its own user.
struct SessionEndpoint: Endpoint {
    static let path = "/api/v1/sessions"

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        let user: ID<User>
        do throws(RefusalCause) {
            let admission = try gateway.access.admit(head, credential: credential(in: head), peer: exchange.peer)
            // Whoever may speak may also see what was understood.
            do throws(RefusalCause) { try admission.caller.check(.listen) } catch { try admission.caller.check(.read) }
            user = admission.user
        } catch {
            return gateway.refuse(exchange, error, .harken, call)
        }
        let id = String(head.path.dropFirst(Self.path.count + 1))
        Task {
            let result = await Self.find(ID(id), of: user, gateway)
            exchange.loop.execute {
                switch result {
                case .success(let json):
                    let headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store"]
                    gateway.answer(exchange, HTTPResponseHead(.ok, headers: headers), json, call: call)
                case .failure(let cause): gateway.refuse(exchange, cause, .harken, call)
                }
            }
        }
    }

    private static func find(_ id: ID<Session>, of user: ID<User>, _ gateway: GatewayService) async -> Result<[UInt8], RefusalCause> {
        // Asked first: what is found out meanwhile is in the folder then.
        let isKnown = await gateway.recovery.hasLookedThrough
        if let found = await gateway.transcripts.find(id), found.record.owner?.user ?? ID.local.rawValue == user.rawValue {
            return .success(found.json())
        }
        // Before the journal was looked through, nobody knows what was interrupted.
        return .failure(isKnown ? .notFound("There is no session \(id).") : .unavailable("The gateway has just started; ask again in a moment."))
    }
}
