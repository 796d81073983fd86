internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// Operations on the secret of the calling user's webhooks, and on their deliveries. The webhooks themselves are settings of the user: see
/// `UserOperations`.
struct WebhookOperations: Sendable {
    let store: any ConversationStores
    let secrets: WebhookSecrets
    /// Starts the deliveries that are due.
    let wake: @Sendable () -> Void
    let now: @Sendable () -> UnixTime

    private static let answer = APIOperation.Answer.object([
        .init("secret", "string", required: true, "The key of the HMAC in the header X-Harken-Signature.")
    ])

    private static let pages = PageParameters("deliveries", standard: 50, most: ConversationLimits.page)

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
            APIOperation(
                .get, "/users/me/webhook-deliveries", .read,
                summary: "Lists the deliveries to the caller's webhooks that were given up, or that wait, in the order in which they are made.",
                query: [.init("state", "string", "given_up (default) or waiting.")] + Self.pages.fields,
                answer: .object([
                    .init("deliveries", "[WebhookDelivery]", required: true, "The deliveries of the page."),
                    PageParameters.next,
                    .init("waiting", "integer", required: true, "Number of all deliveries that wait."),
                    .init("given_up", "integer", required: true, "Number of all deliveries that were given up."),
                ])
            ) { request throws(APIError) in try await list(request) },
            APIOperation(
                .post, "/users/me/webhook-deliveries/resend", .write,
                summary: """
                    Sends deliveries again that were given up, each as the conversation is now. They get their place in the order of the deliveries.
                    """,
                body: [.init("id", "string", "The delivery, which may also wait. Without it, all that were given up are sent again.")],
                answer: .object([.init("count", "integer", required: true, "Number of deliveries that wait now.")])
            ) { request throws(APIError) in
                let id = try request.string("id").map { ID<WebhookDelivery>($0) }
                let count = try await APIError.stored { () throws(StoreError) -> Int? in
                    // A delivery whose webhook is off would be given up at once.
                    let webhooks = UserChoices(settings: try await store.settings(of: request.user)).webhooks
                    let contents = Set(webhooks.filter(\.value.isOn).keys.map(\.content))
                    guard !contents.isEmpty else { return nil }
                    if let id, let content = try await store.content(of: id, of: request.user), !contents.contains(content) { return nil }
                    return try await store.sendAgain(id, in: contents, of: request.user, at: now())
                }
                guard let count else { throw APIError(.conflict, "webhook_off", "The webhook is not on. Set its address first.") }
                if let id, count == 0 { throw .notFound("delivery", id.rawValue) }
                if count > 0 { wake() }
                return .json { json in
                    json.beginObject()
                    json.member("count", count)
                    json.endObject()
                }
            },
            APIOperation(
                .delete, "/users/me/webhook-deliveries/{id}", .write,
                summary: "Removes a delivery that waits or was given up: it is not sent. The conversation stays.", answer: .nothing
            ) { request throws(APIError) in
                let isDone = try await APIError.stored { () throws(StoreError) in
                    try await store.removeDelivery(request.id("id"), of: request.user)
                }
                guard isDone else { throw .notFound("delivery", request.parameters["id"] ?? "") }
                return .nothing
            },
        ]
    }

    private func list(_ request: APIRequest) async throws(APIError) -> APIAnswer {
        let isGivenUp: Bool
        switch request.query.first("state") {
        case nil, "given_up": isGivenUp = true
        case "waiting": isGivenUp = false
        case .some: throw .badRequest("state takes given_up or waiting.")
        }
        let asked = try Self.pages.page(of: request)
        let query = DeliveryQuery(isGivenUp: isGivenUp, cursor: asked.cursor, limit: asked.limit)
        let page = try await APIError.stored { () throws(StoreError) in try await store.deliveries(query, of: request.user) }
        return .json { json in
            json.beginObject()
            json.key("deliveries")
            json.beginArray()
            for delivery in page.deliveries {
                json.beginObject()
                json.members(of: delivery)
                json.endObject()
            }
            json.endArray()
            json.member("next", optional: page.next)
            json.member("waiting", page.waiting)
            json.member("given_up", page.givenUp)
            json.endObject()
        }
    }

    private func answer(_ request: APIRequest, _ seed: String) -> APIAnswer {
        .json { [secret = secrets.secret(of: request.user, seed: seed)] json in
            json.beginObject()
            json.member("secret", secret)
            json.endObject()
        }
    }

    /// Changes the webhooks that the body names. A webhook that is set is on, whatever happened to an earlier one, and what waits for it is tried at
    /// once. What was given up since an outage that had switched the webhook off is sent too.
    static func change(
        _ request: APIRequest, in store: any ConversationStores, by sender: WebhookSender, now: UnixTime
    ) async throws(APIError) {
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
                let earlier = UserChoices(settings: try await store.settings(of: request.user)).webhooks[trigger]
                try await store.set(trigger.outageSetting, to: nil, of: request.user)
                try await store.set(trigger.disabledSetting, to: nil, of: request.user)
                try await store.set(trigger.setting, to: address, of: request.user)
                guard let earlier, address != nil else { return }
                let begin = earlier.isOn ? nil : earlier.outage?.since ?? UnixTime(milliseconds: 0)
                try await store.sendAgain(givenUpSince: begin, in: WebhookQueue(user: request.user, content: trigger.content), at: now)
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
