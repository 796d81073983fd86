package import Protocols
package import Speech

/// One engine that this gateway can use.
package struct EngineEntry: Sendable {
    /// How it is reached for live audio.
    package enum Live: Sendable {
        case inProcess(any StreamingEngine)
        case vendor(Vendor, VendorSettings)
    }

    package var name: EngineName
    package var capabilities: Capabilities
    package var live: Live?
    package var prerecorded: (any PrerecordedEngine)?
    /// What it says of itself now; cheap, from any thread.
    package var status: @Sendable () -> EngineStatus

    package init(
        name: EngineName, capabilities: Capabilities, live: Live? = nil, prerecorded: (any PrerecordedEngine)? = nil,
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

    /// What to ask of the engine when a client asks for `language`. An engine of few languages cannot switch among them while it listens, so for
    /// `multi` it hears its own.
    func language(_ language: LanguageTag?) -> LanguageTag? {
        if language?.primary == "multi", capabilities.languages != .any { nil } else { language }
    }

    /// A vendor that the operator has a key for.
    package init(_ vendor: Vendor, settings: VendorSettings) {
        self.init(name: vendor.name, capabilities: vendor.capabilities, live: .vendor(vendor, settings))
    }
}

/// Whether an engine can be used.
package enum EngineStatus: Sendable, Equatable {
    case ready
    /// It will be; what is asked of it waits.
    case loading
    /// It cannot; says what is missing and what to do.
    case unavailable(String)
}
