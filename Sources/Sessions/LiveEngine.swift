package import Protocols
package import Speech

/// An engine for live audio, and the way to reach it.
package struct LiveEngine: Sendable {
    package enum Access: Sendable {
        case inProcess(any StreamingEngine)
        case vendor(LiveService, VendorSettings)
        /// A gateway that waits for a client whose connection broke.
        case resumable(any ResumableService)
    }

    package var name: EngineName
    package var capabilities: Capabilities
    package var access: Access
    /// The engine's p99 answer latency, if measured.
    package var slowness: Duration?

    package init(name: EngineName, capabilities: Capabilities, access: Access, slowness: Duration? = nil) {
        self.name = name
        self.capabilities = capabilities
        self.access = access
        self.slowness = slowness
    }

    /// Maximum duration of one stream; nil: no limit.
    package var sessionCap: Duration? {
        guard case .vendor(_, let settings) = access, let cap = settings.sessionCap else { return capabilities.sessionCap }
        return cap > .zero ? cap : nil
    }

    /// Maximum speed of a stream, in seconds of audio per second; nil: no limit.
    package var pace: Double? {
        guard case .vendor(_, let settings) = access else { return capabilities.pace }
        return settings.pace ?? capabilities.pace
    }
}
