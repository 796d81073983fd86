import Speech

/// Every protocol that Harken speaks. Adding one is one folder and one line here.
package enum Catalogue {
    /// What live clients may speak to us.
    package static let dialects: [LiveDialect] = [
        DeepgramLiveServer.dialect,
        SonioxLiveServer.dialect,
        ManagedLiveServer.dialect,
    ]
    /// What we speak to vendors.
    package static let vendors: [Vendor] = [
        Vendor(EngineName("assemblyai"), prerecorded: AssemblyAIPrerecordedClient.service),
        DeepgramLiveClient.vendor.with(DeepgramPrerecordedClient.service),
        Vendor(EngineName("soniox"), prerecorded: SonioxPrerecordedClient.service),
        Vendor(EngineName("speechmatics"), prerecorded: SpeechmaticsPrerecordedClient.service),
        Vendor(EngineName("openai"), prerecorded: OpenAIPrerecordedClient.service),
    ]
}
