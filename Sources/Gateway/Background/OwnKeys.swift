internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// Keys of the caller's own, in `X-BYOK-…`. They live as long as the request.
struct OwnKeys: Sendable {
    private let credentials: [EngineName: Credential]

    /// One function for all routes; the headers of WebSocket upgrades are read by it as well.
    init(_ head: HTTPRequestHead) {
        var found: [EngineName: Credential] = [:]
        for vendor in Catalogue.vendors {
            guard let key = head.headers["X-BYOK-" + vendor.name.rawValue]?[...].trimmingBlanks, !key.isEmpty else { continue }
            found[vendor.name] = Credential(String(key))
        }
        credentials = found
    }

    var engines: Set<EngineName> { Set(credentials.keys) }

    subscript(engine: EngineName) -> Credential? { credentials[engine] }

    /// Refuses a key that is another one than its owner has enrolled. One that was never enrolled is used: it is never dropped for the operator's.
    func check(_ user: ID<User>, _ store: any ConversationStore) async throws(BackgroundRefusal) {
        guard !credentials.isEmpty else { return }
        let enrolled = try await BackgroundRefusal.stored { () throws(StoreError) in try await store.providerKeys(of: user) }
        for key in enrolled {
            guard let shown = credentials[key.provider] else { continue }
            let fingerprint = SpooledFile.hexadecimal(SHA256.digest(Array(shown.secret.utf8)))
            guard constantTimeEquals(Array(fingerprint.utf8), Array(key.fingerprint.utf8)) else {
                throw BackgroundRefusal(
                    .forbidden, "own_key_mismatch", "BYOK key fingerprint mismatch for provider: \(key.provider)")
            }
        }
    }
}
