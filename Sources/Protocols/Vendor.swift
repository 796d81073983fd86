package import Speech

/// A vendor whose engine is behind a socket: its capabilities, and the client side for its protocols. Declared, never probed.
package struct Vendor: Sendable {
    package var name: EngineName
    /// The service for live audio; nil: the vendor has none.
    package var live: LiveService?
    /// The service for recordings; nil: the vendor has none.
    package var prerecorded: PrerecordedService?

    package init(_ name: EngineName, live: LiveService? = nil, prerecorded: PrerecordedService? = nil) {
        self.name = name
        self.live = live
        self.prerecorded = prerecorded
    }

    /// Makes a vendor of live audio only.
    package init(
        name: EngineName, capabilities: Capabilities, streamingAddress: String, audio: AudioMessages = .any,
        billed: @escaping @Sendable (StreamOptions) -> Set<BilledFeature> = { $0.billedFeatures },
        heeds: @escaping @Sendable (TurnPart, TurnPart.Engine, Duration?) -> Bool,
        takesChange: @escaping @Sendable (StreamOptions, StreamOptions) -> Bool = { _, _ in true },
        unnamedLanguage: @escaping @Sendable (TurnPart.Engine) -> UnnamedLanguage,
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.init(
            name,
            live: LiveService(
                capabilities: capabilities, address: streamingAddress, audio: audio, billed: billed, heeds: heeds, takesChange: takesChange,
                unnamedLanguage: unnamedLanguage, connect: connect))
    }

    /// Returns the same vendor with a service for recordings.
    package func with(_ service: PrerecordedService) -> Vendor { Vendor(name, live: live, prerecorded: service) }

    /// Returns the vendor with the services that these settings ask for.
    package func serving(_ settings: VendorSettings) -> Vendor {
        guard let live else { return self }
        guard !live.isOptional || settings.streamingAddress != nil else { return Vendor(name, prerecorded: prerecorded) }
        return Vendor(name, live: settings.liveModel.flatMap { live.withModel?($0) } ?? live, prerecorded: prerecorded)
    }

    /// The capabilities of both services together.
    package var capabilities: Capabilities {
        guard var both = live?.capabilities else { return prerecorded?.capabilities ?? .none }
        guard let other = prerecorded?.capabilities else { return both }
        both.prerecorded = true
        both.speakers = both.speakers || other.speakers
        both.models += other.models.filter { !both.models.contains($0) }
        switch (both.languages, other.languages) {
        case (.only(let one), .only(let two)): both.languages = .only(one.union(two))
        case (.any, _), (_, .any): both.languages = .any
        }
        return both
    }

    /// Prefix of the vendor's environment variables: `DEEPGRAM`.
    package var variablePrefix: String { name.rawValue.uppercased() }

    /// Variable with the address of live audio. A vendor that has live audio and recordings on one host has one address for both.
    package var streamingVariable: String {
        func host(_ address: String?) -> Substring? { address?.split(separator: "/").dropFirst().first }
        let isOneHost = host(live?.address) == host(prerecorded?.address)
        return variablePrefix + (isOneHost ? "_BASE_URL" : "_STREAMING_URL")
    }

    /// Variables that Harken reads for each vendor: the key, the addresses, and the maximum duration and speed of a live stream.
    package var variables: Set<String> {
        var names = [name.keyVariable]
        if live != nil { names += [streamingVariable, variablePrefix + "_SESSION_CAP_SECONDS", variablePrefix + "_PACE"] }
        if prerecorded != nil { names.append(variablePrefix + "_BASE_URL") }
        return Set(names)
    }
}

extension EngineName {
    /// Environment variable with the key of the vendor of this name: `DEEPGRAM_API_KEY`.
    package var keyVariable: String { rawValue.uppercased() + "_API_KEY" }
}

extension Capabilities {
    fileprivate static let none = Capabilities(streaming: false, prerecorded: false, languages: .only([]), models: [])
}
