internal import Continuity
internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// `GET /api/v1/sessions/{id}`: a session's transcript, to its own user.
struct SessionEndpoint: Endpoint {
    static let path = "/api/v1/sessions"

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        let user: ID<User>?
        do throws(RefusalCause) {
            user = try gateway.access.admit(head, credential: HarkenCredential.find(in: head), peer: exchange.peer).user(for: .listen)
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

    private static func find(_ id: ID<Session>, of user: ID<User>?, _ gateway: GatewayService) async -> Result<[UInt8], RefusalCause> {
        // Asked first: what is found out meanwhile is in the folder then.
        let isKnown = await gateway.recovery.hasLookedThrough
        if let found = await gateway.transcripts.find(id), found.record.owner?.user == user?.rawValue { return .success(found.json()) }
        // Before the journal was looked through, nobody knows what was interrupted.
        return .failure(isKnown ? .notFound("There is no session \(id).") : .unavailable("The gateway has just started; ask again in a moment."))
    }
}

extension Access.Admission {
    /// Who it is; nil: anyone on this machine.
    func user(for scope: AccessScope) throws(RefusalCause) -> ID<User>? {
        guard let grant else { return nil }
        try grant.check(scope)
        return grant.user
    }
}

extension AccessGrant {
    func check(_ scope: AccessScope) throws(RefusalCause) {
        guard scopes.isEmpty || scopes.contains(scope.rawValue) else {
            throw .forbidden("This key may not be used for \(scope.explanation): it lacks the scope \"\(scope.rawValue)\".")
        }
    }
}
