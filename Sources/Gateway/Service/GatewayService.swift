package import Admission
package import Framing
package import Net
internal import Protocols

/// The HTTP service of the gateway: finds the route of a request, and passes the request to the route's endpoint.
package struct GatewayService: HTTPService {
    private var routes: RouteTable
    private let responder: Responder
    private let admission: Admission
    private let proxies: TrustedProxies
    private let newID: @Sendable () -> String

    /// - Parameters:
    ///   - routes: the routes that are served.
    ///   - proxies: proxies whose reports about their clients are believed.
    ///   - newID: returns a new UUID in lower case.
    package init(
        _ routes: [Route], responder: Responder, admission: Admission, proxies: TrustedProxies, newID: @escaping @Sendable () -> String
    ) {
        self.routes = RouteTable(routes)
        self.responder = responder
        self.admission = admission
        self.proxies = proxies
        self.newID = newID
    }

    /// Returns this service with other routes, for another address.
    package func serving(_ routes: [Route]) -> GatewayService {
        var other = self
        other.routes = RouteTable(routes)
        return other
    }

    package func rejection(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) {
        let answer = standardRejection(error)
        return (responder.completed(answer.head), answer.body)
    }

    package func handle(_ exchange: HTTPExchange) {
        let head = exchange.request
        if let answer = responder.origins.preflightAnswer(to: head) {
            exchange.respond(responder.completed(answer))
            return
        }
        let id = newID()
        let client = proxies.client(of: head.headers, peer: exchange.peer, isSecure: exchange.isSecure)
        let isUpgrade = head.asksForWebSocket
        let onPath = routes.nearest(to: head.path)
        // HEAD is answered like GET, without the body.
        let method = head.method == .head ? .get : head.method
        if let route = onPath.first(where: { $0.method == method && ($0.kind == .webSocket) == isUpgrade }) {
            let shown = admission.shown(route.endpoint.credential(in: head), in: head)
            let call = Call(id: id, route: route.path, client: client, responder: responder, shown: shown, erases: route.erases)
            return route.path == "/health" ? route.endpoint.handle(exchange, call) : prepare(exchange, by: route, call)
        }
        let renderer = onPath.first?.renderer ?? .harken
        let call = Call(id: id, route: Call.noRoute, client: client, responder: responder)
        if head.method == .options, !onPath.isEmpty {
            call.answer(exchange, HTTPResponseHead(.noContent, headers: ["Allow": allowed(onPath)]))
        } else if onPath.isEmpty {
            call.reject(exchange, .notFound("There is nothing at \(head.path)."), renderer)
        } else if isUpgrade {
            call.reject(exchange, .badRequest("There is no WebSocket at \(head.path)."), renderer)
        } else if onPath.contains(where: { $0.kind == .webSocket && $0.method == method }) {
            call.reject(exchange, .badRequest("\(head.path) is a WebSocket: connect to it with ws:// or wss://."), renderer)
        } else {
            call.reject(exchange, .methodNotAllowed(allowed: allowed(onPath)), renderer)
        }
    }

    /// Waits, outside the loop, for the data that is needed to judge the caller.
    private func prepare(_ exchange: HTTPExchange, by route: Route, _ call: Call) {
        guard let prepare = admission.preparation(for: call.shown) else { return handle(exchange, by: route, call) }
        Task {
            await prepare()
            exchange.loop.execute { handle(exchange, by: route, call) }
        }
    }

    private func handle(_ exchange: HTTPExchange, by route: Route, _ call: Call) {
        if let error = KeylessGateway.rejection(of: exchange.request, from: call.client), admission.isOpenToThisMachineOnly {
            return call.reject(exchange, error, route.renderer, reason: error.plain.message)
        }
        route.endpoint.handle(exchange, call)
    }

    private func allowed(_ routes: [Route]) -> String {
        var methods: [String] = []
        for route in routes where !methods.contains(route.method.rawValue) { methods.append(route.method.rawValue) }
        if methods.contains("GET") { methods.append("HEAD") }
        return (methods + ["OPTIONS"]).joined(separator: ", ")
    }
}
