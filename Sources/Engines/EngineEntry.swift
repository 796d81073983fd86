package import Net
package import Protocols
package import Sessions
package import Speech
package import Vendors

/// One engine that this gateway can use.
package struct EngineEntry: Sendable {
    package var name: EngineName
    package var capabilities: Capabilities
    /// The way to reach the engine for live audio; nil: there is none.
    package var live: LiveEngine.Access?
    package var prerecorded: (any PrerecordedEngine)?
    /// Capabilities for recordings, where they differ from those for live audio.
    private var prerecordedCapabilities: Capabilities?
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
        self.status = status
    }

    /// An engine of this process that does both.
    package init(_ engine: some StreamingEngine & PrerecordedEngine, status: @escaping @Sendable () -> EngineStatus) {
        self.init(name: engine.name, capabilities: engine.capabilities, live: .inProcess(engine), prerecorded: engine, status: status)
    }

    /// Now, or in a moment.
    package var isUsable: Bool { if case .unavailable = status() { false } else { true } }

    /// - Parameter slowness: how long it takes to answer when it is slow, where that is known.
    package func liveEngine(slowness: Duration? = nil) -> LiveEngine? {
        live.map { LiveEngine(name: name, capabilities: capabilities(for: .live) ?? capabilities, access: $0, slowness: slowness) }
    }

    /// The credential that the engine is shown for live audio; nil: none, or it takes no live audio.
    package var credential: Credential? { if case .vendor(_, let settings)? = live { settings.credential } else { nil } }

    /// A vendor, reached with the key in `settings`.
    ///
    /// - Parameter unfinished: shared by entries that are made for each request anew.
    package init(
        _ vendor: Vendor, settings: VendorSettings, client: HTTPClient, clock: RecognizerClock,
        unfinished: UnfinishedRecordings = UnfinishedRecordings()
    ) {
        self.init(
            name: vendor.name, capabilities: vendor.capabilities, live: vendor.live.map { .vendor($0, settings) },
            prerecorded: vendor.prerecorded.map { VendorRecognizer($0, settings: settings, client: client, clock: clock, unfinished: unfinished) })
        prerecordedCapabilities = vendor.prerecorded?.capabilities
    }

    /// The engine's capabilities for this kind of audio.
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
    /// It will be; what is asked of it waits.
    case loading
    /// It cannot; says what is missing and what to do.
    case unavailable(String)
}

extension EngineName {
    /// True if the work of the engine with this name costs nobody anything.
    package var isFree: Bool { self == .local || self == NullEngine.entry.name }
}

extension EngineEntry {
    /// True if the engine's work costs nobody anything.
    package var isFree: Bool { name.isFree }
}
