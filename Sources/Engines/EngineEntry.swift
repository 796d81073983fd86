package import Net
package import Protocols
package import Sessions
package import Speech
package import Vendors

/// One engine that this gateway can use.
package struct EngineEntry: Sendable {
    package var name: EngineName
    package var capabilities: Capabilities
    /// The way to reach the engine for live audio; nil: the engine does not accept live audio.
    package var live: LiveEngine.Access?
    package var prerecorded: (any PrerecordedEngine)?
    /// Capabilities for recordings, where they differ from those for live audio.
    private var prerecordedCapabilities: Capabilities?
    /// True if the engine gives the words of live audio speaker labels when it is asked to.
    package var labelsLiveSpeakers: Bool
    /// True if live audio is cut in this process and recognized by a server for recordings.
    package private(set) var asksServer = false
    /// The engine's present status; cheap, from any thread.
    package var status: @Sendable () -> EngineStatus

    package init(
        name: EngineName, capabilities: Capabilities, live: LiveEngine.Access? = nil, prerecorded: (any PrerecordedEngine)? = nil,
        status: @escaping @Sendable () -> EngineStatus = { .ready }
    ) {
        self.name = name
        self.capabilities = capabilities
        self.live = live
        self.prerecorded = prerecorded
        labelsLiveSpeakers = capabilities.speakers
        self.status = status
    }

    /// Makes an entry for an engine of this process that accepts both live audio and recordings.
    package init(_ engine: some StreamingEngine & PrerecordedEngine, status: @escaping @Sendable () -> EngineStatus) {
        self.init(name: engine.name, capabilities: engine.capabilities, live: .inProcess(engine), prerecorded: engine, status: status)
    }

    /// Returns the entry with an engine for live audio that cuts the audio in this process and asks the entry's engine for recordings.
    package func serving(live engine: any StreamingEngine) -> EngineEntry {
        var entry = self
        entry.asksServer = true
        entry.live = .inProcess(engine)
        entry.capabilities = engine.capabilities
        entry.labelsLiveSpeakers = false
        return entry
    }

    /// True if the engine can be used now or after loading.
    package var isUsable: Bool { if case .unavailable = status() { false } else { true } }

    /// - Parameter slowness: the engine's response time when it is slow; nil: unknown.
    package func liveEngine(slowness: Duration? = nil) -> LiveEngine? {
        live.map { LiveEngine(name: name, capabilities: capabilities(for: .live) ?? capabilities, access: $0, slowness: slowness) }
    }

    /// The credential that the engine gets for live audio; nil: none, or the engine does not accept live audio.
    package var credential: Credential? { if case .vendor(_, let settings)? = live { settings.credential } else { nil } }

    /// Makes an entry for a vendor, reached with the key in `settings`.
    ///
    /// - Parameter unfinished: shared by entries that are made anew for each request.
    package init(
        _ vendor: Vendor, settings: VendorSettings, client: HTTPClient, clock: RecognizerClock,
        unfinished: UnfinishedRecordings = UnfinishedRecordings()
    ) {
        let vendor = vendor.serving(settings)
        self.init(
            name: vendor.name, capabilities: vendor.capabilities, live: vendor.live.map { .vendor($0, settings) },
            prerecorded: vendor.prerecorded.map { VendorRecognizer($0, settings: settings, client: client, clock: clock, unfinished: unfinished) })
        prerecordedCapabilities = vendor.prerecorded?.capabilities
        labelsLiveSpeakers = vendor.live?.capabilities.speakers ?? false
    }

    /// Returns the engine's capabilities for this kind of audio; nil when the engine does not accept this kind.
    package func capabilities(for kind: Router.Kind) -> Capabilities? {
        switch kind {
        case .live:
            switch live {
            case .inProcess: capabilities
            case .vendor(let service, _): service.capabilities
            case .resumable: capabilities
            case nil: nil
            }
        case .prerecorded: prerecorded == nil ? nil : prerecordedCapabilities ?? capabilities
        }
    }
}

/// The status of an engine.
package enum EngineStatus: Sendable, Equatable {
    case ready
    /// The engine has no models in memory. The next request loads them, and waits.
    case idle
    /// The engine is loading; requests wait.
    case loading
    /// The engine cannot be used. The text says what is missing and what to do.
    case unavailable(String)

    /// True if a request begins at once, or after the engine has loaded its models itself.
    package var isReady: Bool {
        switch self {
        case .ready, .idle: true
        case .loading, .unavailable: false
        }
    }
}

extension EngineEntry {
    /// True if the engine's work is free.
    package var isFree: Bool { name.isFree }
}
