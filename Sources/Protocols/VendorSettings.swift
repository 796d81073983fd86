package import Speech

/// A vendor that the operator has a key for.
package struct VendorSettings: Sendable {
    package var name: EngineName
    package var credential: Credential
    /// `wss://host[:port][/prefix]`: where live streams go.
    package var streamingAddress: String

    package init(name: EngineName, credential: Credential, streamingAddress: String) {
        self.name = name
        self.credential = credential
        self.streamingAddress = streamingAddress
    }
}
