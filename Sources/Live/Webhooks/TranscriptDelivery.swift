internal import Conversations
internal import Framing
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Sends batches of one session's segments to the user's webhook. Called for one batch after the other.
actor TranscriptDelivery {
    /// Time after which the user's settings are read again: a removed webhook gets nothing after this time.
    private static let settingsAge: Duration = .seconds(10)

    private let service: WebhookService
    private let session: ID<Session>
    private let user: ID<User>
    private var webhook: UserWebhook
    private var seed: String
    private var readAt: UnixTime

    init(_ service: WebhookService, session: ID<Session>, user: ID<User>, webhook: UserWebhook, seed: String) {
        self.service = service
        self.session = session
        self.user = user
        self.webhook = webhook
        self.seed = seed
        readAt = service.now()
    }

    /// Sends a batch, repeatedly if the receiver fails. A batch that the receiver does not take in the end is dropped.
    ///
    /// - Returns: false if the webhook was removed or switched off.
    func send(_ segments: [Segment], _ document: WebhookDocument) async -> Bool {
        guard await isOn() else { return false }
        let body = document.segments(segments, of: session), id = service.newID()
        let address = WebhookAddress.adding(["uid": user.rawValue, "session_id": session.rawValue], to: webhook.address)
        let secret = service.secrets.secret(of: user, seed: seed)
        var answer = await service.sender.send(body, to: address, secret: secret, delivery: id)
        for wait in service.waits where answer == .failed {
            service.metrics.webhook(UserWebhook.Trigger.transcript.rawValue, .repeated)
            guard (try? await Task.sleep(for: wait)) != nil else { break }
            answer = await service.sender.send(body, to: address, secret: secret, delivery: id)
        }
        do throws(StoreError) {
            if answer == .accepted {
                try await service.accepted(.transcript, webhook, of: user)
                webhook.failures = 0
                return true
            }
            service.log.warning("segments of a session could not be delivered to a webhook", [.session: session.rawValue])
            webhook.failures += 1
            return try await service.gaveUp(.transcript, of: user)
        } catch {
            service.log.error("the result of a delivery to a webhook cannot be noted", [.session: session.rawValue, .error: "\(error)"])
            return true
        }
    }

    /// Returns true if the user still has the webhook. When the settings cannot be read, those that were read before hold.
    private func isOn() async -> Bool {
        let now = service.now()
        guard now - readAt >= Self.settingsAge else { return true }
        do throws(StoreError) {
            let choices = UserChoices(settings: try await service.store.settings(of: user))
            readAt = now
            guard let found = choices.webhooks[.transcript], found.isOn, let known = choices.webhookSeed else { return false }
            (webhook, seed) = (found, known)
        } catch {
            service.log.error("a user's webhook cannot be read", [.session: session.rawValue, .error: "\(error)"])
        }
        return true
    }
}
