package import Speech

/// A vendor's recognition of live audio.
package struct LiveService: Sendable {
    package var capabilities: Capabilities
    /// The vendor's default address, such as `wss://api.deepgram.com`. The machine's target is appended.
    package var address: String
    package var audio: AudioMessages
    /// True if the service is used only where the settings say so, because the vendor's service for recordings can serve live audio too.
    package var isOptional: Bool
    /// Returns the same service with another model for clients that name none; nil: the vendor's standard model is the only one.
    package var withModel: (@Sendable (String) -> LiveService)?
    /// Returns the features of a stream that the vendor bills apart, by what the vendor is sent.
    package var billed: @Sendable (StreamOptions) -> Set<BilledFeature>
    package var connect: @Sendable (StreamOptions, Credential) -> any LiveClientMachine

    package init(
        capabilities: Capabilities, address: String, audio: AudioMessages = .any, isOptional: Bool = false,
        withModel: (@Sendable (String) -> LiveService)? = nil,
        billed: @escaping @Sendable (StreamOptions) -> Set<BilledFeature> = { $0.billedFeatures },
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.capabilities = capabilities
        self.address = address
        self.audio = audio
        self.isOptional = isOptional
        self.withModel = withModel
        self.billed = billed
        self.connect = connect
    }
}
