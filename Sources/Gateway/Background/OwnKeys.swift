internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// Keys of the caller's own, in `X-BYOK-…`. They live as long as the request.
struct OwnKeys: Sendable {
    private let credentials: [EngineName: Credential]

    /// None.
    init() { credentials = [:] }

    /// One function for all routes; the headers of WebSocket upgrades are read by it as well.
    init(_ head: HTTPRequestHead) {
        credentials = Dictionary(OwnKey.find(in: head).map { ($0.vendor, $0.credential) }) { first, _ in first }
    }

    var engines: Set<EngineName> { Set(credentials.keys) }

    subscript(engine: EngineName) -> Credential? { credentials[engine] }

    /// Refuses a key that is another one than its owner has enrolled. One that was never enrolled is used: it is never dropped for the operator's.
    func check(_ user: ID<User>, _ store: any ConversationStore) async throws(BackgroundRefusal) {
        guard !credentials.isEmpty else { return }
        let known = await KnownUser(user, in: store)
        do throws(RefusalCause) {
            try known.check(credentials.map { OwnKey($0.key, $0.value) })
        } catch {
            throw BackgroundRefusal(error)
        }
    }
}
