package import Admission
package import Conversations
internal import Framing
package import Net
package import Observability
package import Protocols
package import Settings
package import Speech

/// Summaries of conversations by the language model that the operator has configured. If the model fails, the conversation is summed up in its own
/// words.
package actor ModelSummaries {
    private let settings: SummarySettings
    private let client: HTTPClient
    private let log: Log
    private let now: @Sendable () -> Instant
    /// Returns the grant by which the operator pays for the summary of a user's conversation; nil when the operator does not pay now.
    private let grant: @Sendable (ID<User>) async -> Grant?
    private var underWay = 0
    /// Time before which the model is not asked again, after a failure.
    private var restsUntil: Instant?

    /// Maximum number of conversations that are summed up at once. Further conversations do not wait for the model.
    private static let maxUnderWay = 8
    private static let rest: Duration = .seconds(60)
    private static let maxBytes = 1 << 18

    package init(
        _ settings: SummarySettings, client: HTTPClient, log: Log, grant: @escaping @Sendable (ID<User>) async -> Grant?,
        now: @escaping @Sendable () -> Instant = { .now }
    ) {
        self.grant = grant
        self.settings = settings
        self.client = client
        self.log = log
        self.now = now
    }

    /// Returns the model's summary; nil when the conversation must be summed up in its own words.
    ///
    /// - Parameter zone: the time zone of the speakers.
    package func summary(of conversation: Conversation, in zone: TimeZoneRules) async -> OpenAISummary? {
        guard underWay < Self.maxUnderWay, restsUntil.map({ $0 <= now() }) ?? true else { return nil }
        guard let grant = await grant(conversation.user), grant.use == .summary else { return nil }
        underWay += 1
        defer { underWay -= 1 }
        do {
            do {
                return try await answer(for: conversation, in: zone)
            } catch OpenAISummaryError.notASummary(let malformed) {
                return try await answer(for: conversation, in: zone, repairing: malformed)
            }
        } catch let error as OpenAISummaryError {
            // The model may succeed with another conversation. Its text may quote the conversation, so the text is not logged.
            log.warning(
                "the language model's summary is not usable",
                [.conversation: conversation.id.rawValue, .error: error == .notAnAnswer ? "notAnAnswer" : "notASummary"])
        } catch let error as BadStatus {
            fail("status \(error.code)", conversation)
        } catch {
            fail("no answer", conversation)
        }
        return nil
    }

    /// An answer with another status than 200.
    private struct BadStatus: Error { var code: Int }

    /// - Parameter malformed: the model's answer to an earlier request, which was not the object that was asked for.
    private func answer(
        for conversation: Conversation, in zone: TimeZoneRules, repairing malformed: String? = nil
    ) async throws -> OpenAISummary {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let key = settings.credential { headers.set("Authorization", "Bearer " + key.secret) }
        var request = HTTPClientRequest(
            .post, settings.address + OpenAISummary.path, headers: headers,
            body: OpenAISummary.request(for: conversation, model: settings.model, zone: zone, repairing: malformed))
        request.timeout = settings.timeout
        request.responseLimit = Self.maxBytes
        // A model may cost money for each answer.
        request.isSentOnce = true
        let answer = try await client.send(request)
        guard answer.status.code == 200 else { throw BadStatus(code: answer.status.code) }
        return try OpenAISummary(parsing: answer.body, zone: zone)
    }

    /// - Parameter reason: our own words for the failure, never the server's text, which may quote the request.
    private func fail(_ reason: String, _ conversation: Conversation) {
        restsUntil = now() + Self.rest
        log.warning("the language model for summaries does not answer", [.conversation: conversation.id.rawValue, .error: reason])
    }
}
