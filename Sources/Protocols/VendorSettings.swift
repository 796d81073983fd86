package import Speech

/// A vendor that the operator has a key for.
package struct VendorSettings: Sendable {
    package var name: EngineName
    package var credential: Credential
    /// `wss://host[:port][/prefix]`: where live streams go; nil when the vendor has none.
    package var streamingAddress: String?
    /// `https://host[:port][/prefix]`: where recordings go; nil when the vendor takes none.
    package var address: String?
    /// The model for recordings of clients that name none of the vendor's; nil: the vendor's current one.
    package var model: String?
    /// Between two questions whether a recording is done; nil: the service's own.
    package var pollInterval: Duration?
    /// For one recording, everything included; nil: the service's own.
    package var timeLimit: Duration?
    /// The longest that one live stream may last: another takes over before. Zero: for ever; nil: the service's own.
    package var sessionCap: Duration?

    package init(
        name: EngineName, credential: Credential, streamingAddress: String? = nil, address: String? = nil, model: String? = nil,
        pollInterval: Duration? = nil, timeLimit: Duration? = nil, sessionCap: Duration? = nil
    ) {
        self.name = name
        self.credential = credential
        self.streamingAddress = streamingAddress
        self.address = address
        self.model = model
        self.pollInterval = pollInterval
        self.timeLimit = timeLimit
        self.sessionCap = sessionCap
    }

    /// The same vendor, with another key.
    package func with(_ credential: Credential) -> VendorSettings {
        var other = self
        other.credential = credential
        return other
    }
}
