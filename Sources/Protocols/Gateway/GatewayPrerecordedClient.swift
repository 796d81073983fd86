import Framing
package import Speech

/// The client side of a gateway's service for recordings. A gateway answers recordings in Deepgram's form.
package struct GatewayPrerecordedClient: PrerecordedClientMachine {
    private var machine: DeepgramPrerecordedClient
    private let hasKey: Bool
    private let engines: [EngineName]

    private init(_ order: PrerecordedOrder, engines: [EngineName]) {
        hasKey = !order.credential.secret.isEmpty
        self.engines = engines
        var order = order
        // A gateway may be open to everybody; Deepgram never is.
        if !hasKey { order.credential = Credential("none") }
        machine = DeepgramPrerecordedClient(order)
    }

    /// - Parameter engines: the only engines that may serve, in order; empty leaves the choice to the gateway.
    package static func service(engines: [EngineName] = []) -> PrerecordedService {
        PrerecordedService(
            capabilities: Capabilities(
                streaming: false, prerecorded: true, languages: .any, models: [], interims: false, speakers: true, channelsPerStream: 20),
            address: "http://127.0.0.1:8080", recognize: { GatewayPrerecordedClient($0, engines: engines) })
    }

    package var askedModel: String? { machine.askedModel }

    package mutating func start() -> PrerecordedStep {
        let step = machine.start()
        guard case .request(var request) = step else { return step }
        if !hasKey { request.headers.set("Authorization", nil) }
        var query = URLQuery()
        if !engines.isEmpty { query.add("engine", engines.map(\.rawValue).joined(separator: ",")) }
        if !engines.isEmpty { request.target += "&" + query.encoded }
        return .request(request)
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        guard !answer.isSuccess else { return machine.answered(answer) }
        var told: String?
        if let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 16) { told = document.root["err_msg"].string }
        let words = told ?? "The gateway answered with status \(answer.status)."
        switch answer.status {
        case 401, 403: return .failed(.unauthorized("The gateway refused the key, or needs one."))
        case 402: return .failed(.quotaExhausted("The key has no credit left."))
        case 429: return .failed(.rateLimited(retryAfter: answer.retryAfter))
        case 500...: return .failed(.unavailable(words))
        case _: return .failed(.badRequest(words))
        }
    }
}
