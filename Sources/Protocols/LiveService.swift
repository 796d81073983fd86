package import Speech

/// A vendor's recognition of live audio.
package struct LiveService: Sendable {
    package var capabilities: Capabilities
    /// The vendor's default address, such as `wss://api.deepgram.com`. The machine's target is appended.
    package var address: String
    package var audio: AudioMessages
    package var connect: @Sendable (StreamOptions, Credential) -> any LiveClientMachine

    package init(
        capabilities: Capabilities, address: String, audio: AudioMessages = .any,
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.capabilities = capabilities
        self.address = address
        self.audio = audio
        self.connect = connect
    }
}
