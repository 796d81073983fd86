package import Continuity
package import Speech

/// Everything that is decided beforehand about a session: the spoken words, the engines, and the faults.
package struct Scenario: Sendable {
    /// The client's way of sending. Times are in milliseconds.
    package struct Client: Sendable, Equatable {
        package enum Ending: Sendable, CaseIterable { case finish, abandon }

        package var frame: Int
        /// Seconds of audio per second.
        package var speed: Double
        /// Places in the audio where the client pauses, with the duration of each pause.
        package var pauses: [Moment<Int>]
        package var commands: [Moment<SessionCommand>]
        /// Interval in milliseconds at which the client sends all audio that is due; 0: it sends audio as it is spoken.
        package var burst: Int
        /// Number of events that the client reads per second; nil: all. A driver closes the session of a client that falls far behind.
        package var reads: Int?
        package var ending: Ending
    }

    /// An event that happens when this much of the audio has been sent.
    package struct Moment<What: Sendable & Equatable>: Sendable, Equatable {
        package var at: Int
        package var what: What
    }

    package struct News: Sendable, Equatable {
        package var engine: Int
        package var isAvailable: Bool
    }

    package struct Engine: Sendable, Equatable {
        package var profile: EngineProfile
        /// Faults by the number of the connection. Connections beyond the last element have no fault.
        package var faults: [InjectedFault?]
        /// True if the last fault applies to all later connections too.
        package var isPersistent: Bool

        func fault(ofConnection number: Int) -> InjectedFault? {
            number < faults.count ? faults[number] : isPersistent ? faults.last ?? nil : nil
        }
    }

    package let seed: UInt64
    /// Length of the audio in milliseconds.
    package var length: Int
    package var spoken: [[SpokenWord]]
    package var engines: [Engine]
    package var repairers: [Repairer]
    /// Times, in milliseconds since the start, at which the driver learns from other sessions that an engine fails, or works again.
    package var news: [Moment<News>]
    /// Intervals of loud sound without speech, in milliseconds of the audio.
    package var noises: [Range<Int>]
    package var mode: SessionMode
    package var client: Client
    package var recovery: FailoverPolicy.Rule
    package var maxWaiting: Duration

    package var channels: Int { spoken.count }

    var profiles: [EngineProfile] { engines.map(\.profile) + repairers.map(\.profile) }

    /// Returns the profile of the engine or repairer with this number.
    func profile(_ number: Int) -> EngineProfile? {
        engines.first { $0.profile.number == number }?.profile ?? repairers.first { $0.profile.number == number }?.profile
    }

    func profile(_ name: EngineName) -> EngineProfile? {
        engines.first { $0.profile.name == name }?.profile ?? repairers.first { $0.profile.name == name }?.profile
    }
}
