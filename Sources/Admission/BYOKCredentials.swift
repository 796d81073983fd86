package import Framing
internal import Net
package import Protocols
package import Speech

/// Vendor keys of the caller's own, sent in `X-BYOK-…` headers. They live in memory only: as long as the request or the job that they
/// came with, and in `UnfinishedRecordings` as long as a vendor has work in hand that was ordered with them.
package struct BYOKCredentials: Sendable {
    private let credentials: [EngineName: Credential]

    /// No keys.
    package init() { credentials = [:] }

    /// Reads the headers of any request, WebSocket handshakes included.
    package init(_ head: HTTPRequestHead) {
        credentials = Dictionary(BYOKCredential.find(in: head).map { ($0.vendor, $0.credential) }) { first, _ in first }
    }

    package var isEmpty: Bool { credentials.isEmpty }

    package var engines: Set<EngineName> { Set(credentials.keys) }

    package subscript(engine: EngineName) -> Credential? { credentials[engine] }

    /// All keys, in the order of the catalogue of vendors.
    package var all: [BYOKCredential] { Catalogue.vendors.compactMap { vendor in credentials[vendor.name].map { BYOKCredential(vendor.name, $0) } } }
}
