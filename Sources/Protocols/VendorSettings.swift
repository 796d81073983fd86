package import Speech

/// The settings of a vendor for which the operator has a key.
package struct VendorSettings: Sendable {
    package var name: EngineName
    package var credential: Credential
    /// Address for live streams, `wss://host[:port][/prefix]`; nil when the vendor has no live service, or when its
    /// optional live service is not wanted.
    package var streamingAddress: String?
    /// Address for recordings, `https://host[:port][/prefix]`; nil when the vendor does not accept recordings.
    package var address: String?
    /// Model for recordings of clients that name none of the vendor's models; nil: the vendor's current model.
    package var model: String?
    /// Model for live streams of clients that name none of the vendor's models; nil: the vendor's current model.
    package var liveModel: String?
    /// Time between two requests for the state of a recording; nil: the service's own value.
    package var pollInterval: Duration?
    /// Time limit for one recording, everything included; nil: the service's own value.
    package var timeLimit: Duration?
    /// Maximum duration of one live stream; another stream takes over before. Zero: no limit; nil: the service's own value.
    package var sessionCap: Duration?
    /// Maximum speed of a live stream, in seconds of audio per second; nil: the service's own value.
    package var pace: Double?
    /// Time between two interims, where the vendor's service for recordings recognises live audio segment by segment; nil: it does not.
    package var interimPeriod: Duration?

    package init(
        name: EngineName, credential: Credential, streamingAddress: String? = nil, address: String? = nil, model: String? = nil,
        liveModel: String? = nil, pollInterval: Duration? = nil, timeLimit: Duration? = nil, sessionCap: Duration? = nil,
        pace: Double? = nil, interimPeriod: Duration? = nil
    ) {
        self.name = name
        self.credential = credential
        self.streamingAddress = streamingAddress
        self.address = address
        self.model = model
        self.liveModel = liveModel
        self.pollInterval = pollInterval
        self.timeLimit = timeLimit
        self.sessionCap = sessionCap
        self.pace = pace
        self.interimPeriod = interimPeriod
    }

    /// Returns the same settings with another key.
    package func with(_ credential: Credential) -> VendorSettings {
        var other = self
        other.credential = credential
        return other
    }
}
