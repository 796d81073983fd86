package import Framing
package import Speech

/// A caller's own key for a vendor, which comes with the handshake: `X-BYOK-Deepgram: …`.
package struct BYOKCredential: Sendable, Equatable {
    package var vendor: EngineName
    package var credential: Credential

    package init(_ vendor: EngineName, _ credential: Credential) {
        self.vendor = vendor
        self.credential = credential
    }

    /// Returns the keys in the headers, at most one for each known vendor. An empty header is no key.
    ///
    /// - Throws: `badRequest` for a text that is not a key. It is never left out, because another's key would be used in its place.
    package static func find(in head: HTTPRequestHead) throws(RequestError) -> [BYOKCredential] {
        var found: [BYOKCredential] = []
        for vendor in Catalogue.vendors {
            let header = "X-BYOK-" + vendor.name.rawValue
            // Two headers are a key of two lines.
            let text = head.headers.values(header).joined(separator: "\n").trimmingSurroundings
            guard !text.isEmpty else { continue }
            do throws(KeyText.Flaw) {
                found.append(BYOKCredential(vendor.name, Credential(try KeyText(text))))
            } catch {
                throw .badRequest("\(header) \(error); send the key alone.")
            }
        }
        return found
    }
}
