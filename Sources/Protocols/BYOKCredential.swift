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

    /// Returns the keys in the headers, at most one for each known vendor.
    package static func find(in head: HTTPRequestHead) -> [BYOKCredential] {
        Catalogue.vendors.compactMap { vendor in
            guard let text = head.headers["X-BYOK-" + vendor.name.rawValue]?[...].trimmingBlanks, !text.isEmpty else { return nil }
            return BYOKCredential(vendor.name, Credential(String(text)))
        }
    }
}
