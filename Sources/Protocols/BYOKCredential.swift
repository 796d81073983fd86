package import Framing
package import Speech

/// A key of the caller's own at a vendor, which comes with the handshake: `X-BYOK-Deepgram: …`.
package struct BYOKCredential: Sendable, Equatable {
    package var vendor: EngineName
    package var credential: Credential

    package init(_ vendor: EngineName, _ credential: Credential) {
        self.vendor = vendor
        self.credential = credential
    }

    /// One for each vendor that there is.
    package static func find(in head: HTTPRequestHead) -> [BYOKCredential] {
        Catalogue.vendors.compactMap { vendor in
            guard let text = head.headers["X-BYOK-" + vendor.name.rawValue]?[...].trimmingBlanks, !text.isEmpty else { return nil }
            return BYOKCredential(vendor.name, Credential(String(text)))
        }
    }
}
