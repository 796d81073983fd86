package import Speech

/// A vendor whose engine is behind a socket: what it can do and how its client side is made. Declared, never probed.
package struct Vendor: Sendable {
    package var name: EngineName
    /// nil: no live audio.
    package var live: LiveService?
    /// nil: no recordings.
    package var prerecorded: PrerecordedService?

    package init(_ name: EngineName, live: LiveService? = nil, prerecorded: PrerecordedService? = nil) {
        self.name = name
        self.live = live
        self.prerecorded = prerecorded
    }

    /// A vendor of live audio.
    package init(
        name: EngineName, capabilities: Capabilities, streamingAddress: String, audio: AudioMessages = .any,
        connect: @escaping @Sendable (StreamOptions, Credential) -> any LiveClientMachine
    ) {
        self.init(name, live: LiveService(capabilities: capabilities, address: streamingAddress, audio: audio, connect: connect))
    }

    /// The same vendor, with recordings too.
    package func with(_ service: PrerecordedService) -> Vendor { Vendor(name, live: live, prerecorded: service) }

    /// What it can do in one way or another.
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

    /// What its variables begin with: `DEEPGRAM`.
    package var variablePrefix: String { name.rawValue.uppercased() }
}

extension Capabilities {
    fileprivate static let none = Capabilities(streaming: false, prerecorded: false, languages: .only([]), models: [])
}
