package import Admission
package import Engines
internal import Framing
internal import Net
package import Observability
internal import Protocols
package import Speech

/// The part that completes every answer of the gateway: headers that all answers have, counts, and the log of rejections.
package final class Responder: Sendable {
    let metrics: Metrics
    let log: Log
    let wrongCredentials: WrongCredentials
    let origins: PageOrigins
    let now: @Sendable () -> UnixTime
    private let version: String
    private let models: Set<String>
    private let engines: Set<EngineName>
    private let sessionLimit: Duration
    private let profanity: [String]

    /// - Parameters:
    ///   - router: the router, which knows the models' names.
    ///   - entries: the engines that a caller may name.
    package init(
        _ configuration: GatewayConfiguration, router: Router, entries: [EngineEntry], wrongCredentials: WrongCredentials, metrics: Metrics,
        log: Log, now: @escaping @Sendable () -> UnixTime
    ) {
        self.metrics = metrics
        self.log = log
        self.wrongCredentials = wrongCredentials
        self.now = now
        origins = PageOrigins(configuration.corsOrigins)
        version = configuration.version
        models = router.models
        engines = Set(entries.map(\.name))
        sessionLimit = configuration.sessionLimit
        profanity = configuration.profanity
    }

    func handshake(of request: String) -> HandshakeContext {
        var context = HandshakeContext(requestID: request, now: now(), models: models, engines: engines, sessionLimit: sessionLimit)
        context.profanity = profanity
        return context
    }

    /// Returns the head of an answer, with the headers that all answers have.
    func completed(_ head: HTTPResponseHead, for request: HTTPRequestHead) -> HTTPResponseHead {
        var head = completed(head)
        if !MonitoringRoutes.guarded.contains(request.path) { head.headers.append(origins.headers(for: request)) }
        return head
    }

    /// Returns the head of an answer to bytes that are not a request.
    func completed(_ head: HTTPResponseHead) -> HTTPResponseHead {
        var head = head
        AnswerHeaders.complete(&head, version: version)
        return head
    }
}
