import Conversations
import Foundation
import Framing
import HarkenTesting
@testable import Live
@testable import Net
@testable import Observability
import Protocols
import Speech
import Store
import Synchronization

/// The webhooks of some users, with a clock that the test moves and receivers that the test scripts.
final class ScriptedReceivers: Sendable {
    struct Request: Sendable {
        /// Host of the receiver's address: the user.
        var host: String
        var key: String
        /// Id of the conversation in the body, or of the session.
        var conversation: String
        var body: String
        /// Time since the start.
        var time: Duration
    }

    enum Answer: Sendable {
        case status(Int, retryAfter: String? = nil)
        case error(HTTPClientError)
    }

    static let start = UnixTime(rfc3339: "2026-11-27T10:00:00Z") ?? UnixTime(milliseconds: 0)

    let store: SQLConversationStore
    private let directory: DataDirectory
    private let time = Mutex(ScriptedReceivers.start)
    private let seen = Mutex<[Request]>([])
    private let answer: @Sendable (Request) async -> Answer

    init(in folder: TemporaryFolder, _ answer: @escaping @Sendable (Request) async -> Answer) throws {
        directory = try DataDirectory(prepared: folder.path)
        self.answer = answer
        let database = try SQLiteDatabase(in: directory)
        store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { ScriptedReceivers.start })
    }

    var now: UnixTime { time.withLock { $0 } }
    var requests: [Request] { seen.withLock { $0 } }
    func requests(to user: String) -> [Request] { requests.filter { $0.host == user } }

    /// A gateway's service on the store; several may run at the same time.
    ///
    /// - Parameter waits: nil for those of the promise without the first ones, which are too short for a clock that is moved by seconds.
    func service(seed: UInt64 = 1, waits: [Duration]? = nil) throws -> WebhookService {
        var promise = DeliveryPromise.webhook
        promise.schedule.waits.removeFirst(2)
        if let waits { promise.schedule.waits = waits }
        let sender = DeliverySender(
            transport: { [self] (request) async throws(HTTPClientError) in try await receive(request) }, now: { [self] in now })
        let generator = Mutex(SeededGenerator(seed: seed))
        return WebhookService(
            secrets: try WebhookSecrets(of: directory), store: store,
            sender: WebhookSender(sender, allowed: [], isOpen: { true }, now: { [self] in now }), promise: promise, log: Log(level: .error),
            metrics: Metrics(), newID: { UUID().uuidString.lowercased() }, random: { generator.withLock { $0.next() } }, now: { [self] in now })
    }

    private func receive(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        var body: [UInt8] = []
        for part in request.body ?? [] { if case .bytes(let bytes) = part { body += bytes } }
        let document = (try? JSONValue(parsing: body)) ?? .null
        guard case .string(let id)? = document["id"] ?? document["session_id"] else { throw .malformedURL }
        let noted = Request(
            host: String(request.url.dropFirst("https://".count).prefix { $0 != "/" }), key: request.headers["Idempotency-Key"] ?? "",
            conversation: id, body: String(decoding: body, as: UTF8.self), time: now - Self.start)
        seen.withLock { $0.append(noted) }
        switch await answer(noted) {
        case .error(let error): throw error
        case .status(let status, let wait):
            var headers = HTTPHeaders()
            if let wait { headers.add("Retry-After", wait) }
            return HTTPClientResponse(status: HTTPStatus(status), headers: headers, body: [], byteCount: 0, url: request.url)
        }
    }

    func choose(_ user: String) async throws {
        for name in ["webhook_conversation", "webhook_transcript"] { try await store.set(name, to: "https://\(user)/hook", of: ID(user)) }
        try await store.set(UserWebhook.seedSetting, to: "5eed", of: ID(user))
    }

    /// Completes a conversation of a user.
    func complete(_ id: String, of user: String) async throws {
        var conversation = Conversation(id: ID(id), user: ID(user), status: .processing, source: "omi", started: now, finished: now)
        conversation.segments = [Segment(id: ID("s"), text: "words", start: .zero, end: .seconds(1))]
        _ = try await store.begin(conversation)
        var update = ConversationUpdate(ID(id), status: .completed)
        update.delivery = ID("delivery-\(id)")
        _ = try await store.write(update, of: ID(user))
    }

    /// Moves the clock to a time after the start.
    func move(to end: Duration) { time.withLock { $0 = ScriptedReceivers.start + end } }

    /// Moves the clock to a time after the start, and has what is due delivered every `step`.
    func pass(to end: Duration, each step: Duration = .seconds(5), _ service: WebhookService) async {
        while true {
            await service.deliverDue()
            guard now - Self.start < end else { return }
            time.withLock { $0 = min($0 + step, ScriptedReceivers.start + end) }
        }
    }
}
