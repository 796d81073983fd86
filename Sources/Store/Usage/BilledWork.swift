package import Speech

/// An engine's work as its vendor bills it.
package struct BilledWork: Sendable, Equatable {
    package var engine: EngineName
    /// The engine's name for the model; nil when it is not known.
    package var model: String?
    /// True for a live stream; false for a recording, and for a part of a session that is recognized as a recording.
    package var isLive: Bool
    package var features: Set<BilledFeature>
    /// Audio that the engine was given; the durations of all channels are added.
    package var audio: Duration
    /// Time for which a live stream was open, for each channel; nil when there was no stream, or when the time is not known.
    package var connected: Duration?

    package init(
        by engine: EngineName, model: String?, isLive: Bool = false, features: Set<BilledFeature> = [], audio: Duration, connected: Duration? = nil
    ) {
        self.engine = engine
        self.model = model
        self.isLive = isLive
        self.features = features
        self.audio = audio
        self.connected = connected
    }
}

extension UsageRecord {
    /// Returns the attempt as its vendor bills it.
    ///
    /// - Parameters:
    ///   - audio: the billable audio, of all channels.
    ///   - connected: the time for which the stream was open, for each channel; nil: not known.
    package func work(audio: Duration, connected: Duration?) -> BilledWork {
        let isLive =
            switch kind {
            case .stream: true
            // A shadow of a recording has no place in a session.
            case .shadow: position != nil
            case .repair, .recovery, .recording: false
            }
        return BilledWork(by: engine, model: model, isLive: isLive, features: features, audio: audio, connected: connected)
    }
}
