import Speech

/// An action that a channel asks of its session. The session does the actions in the order given.
enum ChannelAction: Sendable {
    /// Show the client words that are not final.
    case show(Hypothesis, of: WordSource)
    /// Commit words.
    case commit(Committed)
    /// Commit audio in which nobody spoke.
    case commitSilence(Commit, turn: Int)
    /// Send the event to the client.
    case tell(SessionEvent)
    /// Count this number of words of a final that lie where the same engine had committed other words.
    case changedWords(Int)
    /// Note that a repair has no words either, for audio to which an engine said nothing.
    case heardNothing
    /// The leg has settled audio that nothing had settled before: its engine works.
    case works(LegID)
    /// The channel does not need the leg's words any more.
    case drop(LegID)

    /// A commit, with what the session needs to know about its words.
    struct Committed: Sendable {
        var commit: Commit
        var turn: Int
        var source: WordSource
        /// The words as their engine placed them.
        var placed: ArraySlice<Word>
        /// True if the engine says where words lie.
        var hasTimes: Bool
    }
}

/// The state of a session that a channel's decisions depend on.
struct ChannelMoment: Sendable {
    let legs: LegPool
    /// The end of the received audio.
    let received: SampleIndex
    /// True if no more audio is recognised.
    let isFinishing: Bool
    let now: Instant
}

/// The settings that all channels of a session share.
struct ChannelSettings: Sendable {
    let rate: SampleRate
    let measuresLoudness: Bool
    /// Silence that ends a turn whose engine died before it could.
    let turnSilence: SampleCount
    /// Maximum time that a final of one engine waits for other engines.
    let voteTime: Duration
    /// Maximum time that such a final waits if it ends within an island of speech.
    let voteTimeInSpeech: Duration
    /// The length by which a repair reaches beyond the missing audio.
    let reach: SampleCount
    private let engines: [SessionEngine]

    init(_ configuration: SessionMachine.Configuration, reach: SampleCount) {
        rate = configuration.rate
        measuresLoudness = configuration.measuresLoudness
        turnSilence = SampleCount(configuration.turnSilence, at: configuration.rate)
        voteTime = configuration.voteTime
        voteTimeInSpeech = configuration.voteTime * 4
        self.reach = reach
        engines = configuration.engines
    }

    /// Returns true if the engine says where words lie.
    func hasTimes(_ engine: EngineName) -> Bool { engines.first { $0.name == engine }?.hasWordTimes ?? true }

    /// Returns the engine's place in the order of preference.
    func rank(_ engine: EngineName) -> Int { engines.firstIndex { $0.name == engine } ?? .max }
}
