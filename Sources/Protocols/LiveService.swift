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
    /// Returns true if the engine's streams heed a part of the rule of turns. The duration is the client's value, where it is a silence; nil: a value that
    /// the vendor has too.
    package var heeds: @Sendable (TurnPart, TurnPart.Engine, Duration?) -> Bool
    /// Returns false if the engine's model is sent nothing of an option, although other models of the vendor take it.
    package var takes: @Sendable (VendorOption, TurnPart.Engine) -> Bool
    /// Returns false if an open stream with the first options cannot be given the second ones, although the capabilities' `liveChanges` name the options
    /// that differ.
    package var takesChange: @Sendable (StreamOptions, StreamOptions) -> Bool
    /// Returns how the engine's model hears speech whose language the client has not named.
    package var unnamedLanguage: @Sendable (TurnPart.Engine) -> UnnamedLanguage
    package var connect: @Sendable (StreamOptions, Credential) -> any LiveClientMachine

    package init(
        capabilities: Capabilities, address: String, audio: AudioMessages = .any, isOptional: Bool = false,
        withModel: (@Sendable (String) -> LiveService)? = nil,
        billed: @escaping @Sendable (StreamOptions) -> Set<BilledFeature> = { $0.billedFeatures },
        heeds: @escaping @Sendable (TurnPart, TurnPart.Engine, Duration?) -> Bool,
        takes: @escaping @Sendable (VendorOption, TurnPart.Engine) -> Bool = { _, _ in true },
        takesChange: @escaping @Sendable (StreamOptions, StreamOptions) -> Bool = { _, _ in true },
        unnamedLanguage: @escaping @Sendable (TurnPart.Engine) -> UnnamedLanguage,
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.capabilities = capabilities
        self.address = address
        self.audio = audio
        self.isOptional = isOptional
        self.withModel = withModel
        self.billed = billed
        self.heeds = heeds
        self.takes = takes
        self.takesChange = takesChange
        self.unnamedLanguage = unnamedLanguage
        self.connect = connect
    }
}
