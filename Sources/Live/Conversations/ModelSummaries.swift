package import Admission
package import Conversations
internal import Framing
package import Net
package import Observability
package import Protocols
package import Settings
package import Speech

/// Has conversations summed up by the language model that the operator has configured. Whatever fails there, they are summed up in their own words.
package actor ModelSummaries {
    private let settings: SummarySettings
    private let client: HTTPClient
    private let log: Log
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Returns the grant by which the operator pays for the summary of a user's conversation; nil: the operator does not pay now.
    private let grant: @Sendable (ID<User>) async -> Grant?
    private var underWay = 0
    /// After a failure nobody asks again before this.
    private var restsUntil: ContinuousClock.Instant?

    /// Conversations at once; of more of them none waits.
    private static let maxUnderWay = 8
    private static let rest: Duration = .seconds(60)
    private static let maxBytes = 1 << 18

    package init(
        _ settings: SummarySettings, client: HTTPClient, log: Log, grant: @escaping @Sendable (ID<User>) async -> Grant?,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.grant = grant
        self.settings = settings
        self.client = client
        self.log = log
        self.now = now
    }

    /// nil: it is to be summed up otherwise.
    package func summary(of conversation: Conversation) async -> OpenAISummary? {
        guard underWay < Self.maxUnderWay, restsUntil.map({ $0 <= now() }) ?? true else { return nil }
        guard let grant = await grant(conversation.user), grant.use == .summary else { return nil }
        underWay += 1
        defer { underWay -= 1 }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let key = settings.credential { headers.set("Authorization", "Bearer " + key.secret) }
        var request = HTTPClientRequest(
            .post, settings.address + OpenAISummary.path, headers: headers,
            body: OpenAISummary.request(for: conversation, model: settings.model))
        request.timeout = settings.timeout
        request.responseLimit = Self.maxBytes
        do {
            let answer = try await client.send(request)
            guard answer.status.code == 200 else {
                fail("status \(answer.status.code)", conversation)
                return nil
            }
            return try OpenAISummary(parsing: answer.body)
        } catch let fault as OpenAISummary.Fault {
            // It may do better with another conversation.
            log.warning("the language model's summary is not usable", [.conversation: conversation.id.rawValue, .error: "\(fault)"])
        } catch {
            fail("no answer", conversation)
        }
        return nil
    }

    /// - Parameter reason: never what the server says, which may quote what was sent.
    private func fail(_ reason: String, _ conversation: Conversation) {
        restsUntil = now() + Self.rest
        log.warning("the language model for summaries does not answer", [.conversation: conversation.id.rawValue, .error: reason])
    }
}
