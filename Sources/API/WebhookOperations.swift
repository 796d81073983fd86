internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Protocols
internal import Store

/// Operations on the secret of the calling user's webhooks. The webhooks themselves are settings of the user: see `UserOperations`.
struct WebhookOperations: Sendable {
    let store: any ConversationStores
    let secrets: WebhookSecrets

    private static let answer = APIOperation.Answer.object([
        .init("secret", "string", required: true, "The key of the HMAC in the header X-Harken-Signature.")
    ])

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/users/me/webhook-secret", .write, summary: "Returns the secret with which the caller's webhooks are signed.",
                answer: Self.answer
            ) { request throws(APIError) in
                let seed = try await Self.seed(of: request, in: store)
                return answer(request, seed)
            },
            APIOperation(
                .post, "/users/me/webhook-secret", .write,
                summary: "Makes another secret with which the caller's webhooks are signed, and returns it. The earlier secret is not used any more.",
                answer: Self.answer
            ) { request throws(APIError) in
                let seed = try await Self.newSeed(of: request, in: store)
                return answer(request, seed)
            },
        ]
    }

    private func answer(_ request: APIRequest, _ seed: String) -> APIAnswer {
        .json { [secret = secrets.secret(of: request.user, seed: seed)] json in
            json.beginObject()
            json.member("secret", secret)
            json.endObject()
        }
    }

    /// Changes the webhooks that the body names. A webhook that is set is on, whatever happened to an earlier one.
    static func change(_ request: APIRequest, in store: any ConversationStores, by sender: WebhookSender) async throws(APIError) {
        let named = UserWebhook.Trigger.allCases.filter { request.body?[$0.setting] != nil }
        for trigger in named {
            guard let address = try request.string(trigger.setting) else { continue }
            guard WebhookAddress.isValid(address) else {
                throw .badRequest(
                    "\"\(trigger.setting)\" must be a URL with http or https, of at most \(UserWebhook.maxAddress) printable ASCII characters.")
            }
            if let host = await sender.reach().forbiddenHost(in: address) {
                throw .badRequest(
                    "\"\(trigger.setting)\" would never be called: \(host) is not a public address. The gateway's operator can allow it "
                        + "with HARKEN_WEBHOOK_ADDRESSES.")
            }
        }
        for trigger in named {
            let address = try request.string(trigger.setting)
            // The secret is there before the first delivery.
            if address != nil { _ = try await seed(of: request, in: store) }
            try await APIError.stored { () throws(StoreError) in
                try await store.set(trigger.failureSetting, to: nil, of: request.user)
                try await store.set(trigger.disabledSetting, to: nil, of: request.user)
                try await store.set(trigger.setting, to: address, of: request.user)
            }
        }
    }

    /// Returns the seed of the caller's secret. Makes a seed if there is none.
    private static func seed(of request: APIRequest, in store: any ConversationStores) async throws(APIError) -> String {
        let settings = try await APIError.stored { () throws(StoreError) in try await store.settings(of: request.user) }
        if let seed = UserChoices(settings: settings).webhookSeed { return seed }
        return try await newSeed(of: request, in: store)
    }

    private static func newSeed(of request: APIRequest, in store: any ConversationStores) async throws(APIError) -> String {
        guard let seed = WebhookSecrets.newSeed() else { throw APIError(.internalError) }
        try await APIError.stored { () throws(StoreError) in try await store.set(UserWebhook.seedSetting, to: seed, of: request.user) }
        return seed
    }
}
