package import Speech

/// A vendor whose engine is behind a socket: what it can do and how its client side is made. Declared, never probed.
package struct Vendor: Sendable {
    package var name: EngineName
    package var capabilities: Capabilities
    /// Where its live service is by default: `wss://api.deepgram.com`. The machine's target is appended.
    package var streamingAddress: String
    package var audio: AudioMessages
    package var connect: @Sendable (StreamOptions, Credential) -> any LiveClientMachine

    package init(
        name: EngineName, capabilities: Capabilities, streamingAddress: String, audio: AudioMessages = .any,
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.name = name
        self.capabilities = capabilities
        self.streamingAddress = streamingAddress
        self.audio = audio
        self.connect = connect
    }
}
