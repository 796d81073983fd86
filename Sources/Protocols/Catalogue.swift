import Speech

/// Every protocol that Harken speaks. Adding one is one folder and one line here.
package enum Catalogue {
    /// What live clients may speak to us.
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
    /// What we speak to vendors.
    package static let vendors: [Vendor] = [
        AssemblyAILiveClient.vendor.with(AssemblyAIPrerecordedClient.service),
        DeepgramLiveClient.vendor.with(DeepgramPrerecordedClient.service),
        SonioxLiveClient.vendor.with(SonioxPrerecordedClient.service),
        SpeechmaticsLiveClient.vendor.with(SpeechmaticsPrerecordedClient.service),
        Vendor(EngineName("openai"), prerecorded: OpenAIPrerecordedClient.service),
    ]
}
