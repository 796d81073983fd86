package import Continuity
package import Speech

/// All that is decided beforehand about one session: what is said, who listens, and what goes wrong.
package struct Scenario: Sendable {
    /// How the client sends. Times in milliseconds.
    package struct Client: Sendable, Equatable {
        package enum Ending: Sendable, CaseIterable { case finish, abandon }

        package var frame: Int
        /// Seconds of audio per second.
        package var speed: Double
        /// Where in the audio it sends nothing for how long.
        package var pauses: [Moment<Int>]
        package var commands: [Moment<SessionCommand>]
        /// Its audio comes at multiples of so many milliseconds, all that is due at once; 0: as it is spoken.
        package var burst: Int
        /// Events that it reads a second. A driver closes who is far behind. Nil: all.
        package var reads: Int?
        package var ending: Ending
    }

    /// Something that happens when so much of the audio has been sent.
    package struct Moment<What: Sendable & Equatable>: Sendable, Equatable {
        package var at: Int
        package var what: What
    }

    package struct News: Sendable, Equatable {
        package var engine: Int
        package var isAvailable: Bool
    }

    package struct Engine: Sendable, Equatable {
        package var temper: EngineProfile
        /// By the number of the connection; those behind the last go well.
        package var faults: [Fault?]
        /// The last fault is that of all later connections as well.
        package var isPersistent: Bool

        func fault(ofConnection number: Int) -> Fault? {
            number < faults.count ? faults[number] : isPersistent ? faults.last ?? nil : nil
        }
    }

    package let seed: UInt64
    /// Of the audio, in milliseconds.
    package var length: Int
    package var spoken: [[SpokenWord]]
    package var engines: [Engine]
    package var repairers: [Repairer]
    /// When the driver learns from other sessions that an engine is out of order, or works again. Milliseconds since the start.
    package var news: [Moment<News>]
    /// What is loud without being speech, in milliseconds of the audio.
    package var noises: [Range<Int>]
    package var mode: SessionMode
    package var client: Client
    package var recovery: FailoverPolicy.Rule
    package var maxWaiting: Duration

    package var channels: Int { spoken.count }

    var tempers: [EngineProfile] { engines.map(\.temper) + repairers.map(\.temper) }

    /// Of the engine or repairer of this number.
    func temper(_ number: Int) -> EngineProfile? {
        engines.first { $0.temper.number == number }?.temper ?? repairers.first { $0.temper.number == number }?.temper
    }

    func temper(_ name: EngineName) -> EngineProfile? {
        engines.first { $0.temper.name == name }?.temper ?? repairers.first { $0.temper.name == name }?.temper
    }
}
