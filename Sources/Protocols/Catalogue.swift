import Speech

/// Every protocol that Harken speaks. A new protocol needs one folder and one line here.
package enum Catalogue {
    /// The protocols that live clients may speak to Harken.
    package static let dialects: [LiveDialect] = [
        AssemblyAILiveServer.dialect,
        DeepgramLiveServer.dialect,
        DeepgramFluxServer.dialect,
        SonioxLiveServer.dialect,
        SpeechmaticsLiveServer.dialect,
        RealtimeServer.dialect,
        ManagedLiveServer.dialect,
        ListenServer.dialect,
        ListenServer.webDialect,
        ListenServer.pushToTalkDialect,
    ]
    /// The vendors that Harken can use as engines.
    package static let vendors: [Vendor] = [
        AssemblyAILiveClient.vendor.with(AssemblyAIPrerecordedClient.service),
        DeepgramLiveClient.vendor.with(DeepgramPrerecordedClient.service),
        SonioxLiveClient.vendor.with(SonioxPrerecordedClient.service),
        SpeechmaticsLiveClient.vendor.with(SpeechmaticsPrerecordedClient.service),
        Vendor(EngineName("openai"), prerecorded: OpenAIPrerecordedClient.service),
    ]
}
