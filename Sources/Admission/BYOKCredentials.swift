package import Framing
internal import Net
package import Protocols
package import Speech

/// The caller's own vendor keys, sent in `X-BYOK-…` headers. The keys are kept in memory only: for the time of their request or job, and in
/// `UnfinishedRecordings` while a vendor still works on a recording that was ordered with them.
package struct BYOKCredentials: Sendable {
    private let credentials: [EngineName: Credential]

    /// Makes an empty set of keys.
    package init() { credentials = [:] }

    /// Reads the keys from the headers of any request, WebSocket handshakes included.
    ///
    /// - Throws: `badRequest` for a text that is not a key.
    package init(_ head: HTTPRequestHead) throws(RequestError) {
        let found = try BYOKCredential.find(in: head)
        credentials = Dictionary(found.map { ($0.vendor, $0.credential) }) { first, _ in first }
    }

    package var isEmpty: Bool { credentials.isEmpty }

    package var engines: Set<EngineName> { Set(credentials.keys) }

    package subscript(engine: EngineName) -> Credential? { credentials[engine] }

    /// All keys, in the order of the vendors' catalogue.
    package var all: [BYOKCredential] { Catalogue.vendors.compactMap { vendor in credentials[vendor.name].map { BYOKCredential(vendor.name, $0) } } }
}
