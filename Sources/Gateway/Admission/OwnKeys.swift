internal import Framing
internal import Net
internal import Protocols
internal import Speech

/// Vendor keys of the caller's own, sent in `X-BYOK-…` headers. They live in memory only: as long as the request or the job that they
/// came with, and in `UnfinishedRecordings` as long as a vendor has work in hand that was ordered with them.
struct OwnKeys: Sendable {
    private let credentials: [EngineName: Credential]

    /// No keys.
    init() { credentials = [:] }

    /// Reads the headers of any request, WebSocket handshakes included.
    init(_ head: HTTPRequestHead) {
        credentials = Dictionary(OwnKey.find(in: head).map { ($0.vendor, $0.credential) }) { first, _ in first }
    }

    var isEmpty: Bool { credentials.isEmpty }

    var engines: Set<EngineName> { Set(credentials.keys) }

    subscript(engine: EngineName) -> Credential? { credentials[engine] }

    /// All keys, in the order of the catalogue of vendors.
    var all: [OwnKey] { Catalogue.vendors.compactMap { vendor in credentials[vendor.name].map { OwnKey(vendor.name, $0) } } }
}
