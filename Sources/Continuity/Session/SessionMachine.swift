package import Speech

/// One client's live audio, from its first sample to its drained end: owns the timeline, the legs and the stitchers, and decides what happens.
///
/// A value without I/O: events in, actions out.
package struct SessionMachine: Sendable {
    package struct Configuration: Sendable {
        package var rate: SampleRate
        /// Channels that are recognised each by itself.
        package var channels: Int
        /// In order of preference; not empty.
        package var engines: [SessionEngine]
        package var recovery: Recovery.Rule
        /// Waiting audio beyond which the client is held back.
        package var mostWaiting: Duration
        package var mode: SessionMode
        /// Who may recognise audio again that a leg left unfinished, in order of preference. Empty: nobody; then the next leg is sent it at its pace.
        package var repairers: [EngineName]
        /// From the detection of a fault to the report of a gap, if nothing has repaired it by then.
        package var repairTime: Duration
        /// How long a leg that was sent speech may say nothing.
        package var stall: Duration
        /// Whether the driver says what is loud, by `noteLoud`. If it does not, all audio may be speech, and no leg is taken for stalled.
        package var measuresLoudness: Bool
        /// How long a leg may take to open when no other engine is left to try.
        package var connectTime: Duration
        /// The same while there is another engine to try.
        package var hastyConnectTime: Duration
        /// Silence that ends a turn whose engine died before it could.
        package var turnSilence: Duration

        package init(
            rate: SampleRate, channels: Int = 1, engines: [SessionEngine], recovery: Recovery.Rule = .init(),
            mostWaiting: Duration = .seconds(300), mode: SessionMode = .failover, repairers: [EngineName] = [],
            repairTime: Duration = .seconds(4), stall: Duration = .seconds(3), measuresLoudness: Bool = false,
            connectTime: Duration = .seconds(10), hastyConnectTime: Duration = .milliseconds(1_500), turnSilence: Duration = .seconds(1)
        ) {
            self.rate = rate
            self.channels = channels
            self.engines = engines
            self.recovery = recovery
            self.mostWaiting = mostWaiting
            self.mode = mode
            self.repairers = repairers
            self.repairTime = repairTime
            self.stall = stall
            self.measuresLoudness = measuresLoudness
            self.connectTime = connectTime
            self.hastyConnectTime = hastyConnectTime
            self.turnSilence = turnSilence
        }
    }

    private enum State {
        case running
        /// The client has no more audio; legs are draining.
        case finishing
        case ended
    }

    package private(set) var timeline: Timeline
    /// Those that are not closed, in the order in which they were opened.
    package private(set) var legs: [Leg] = []
    private let configuration: Configuration
    private var stitchers: [Stitcher]
    private var turns: [Int]
    private var state: State = .running
    /// Too much of the client's audio waits.
    package private(set) var isHoldingClient = false
    private var nextLeg = 0
    private var isReady = false
    /// What legs said whose predecessors have not said all: finals of a channel come in order.
    private var held: [LegID: [EngineEvent]] = [:]
    private var recovery: Recovery
    private var outages: [LegID: Recovery.Outage] = [:]
    /// Legs that are to be opened later.
    private var openings: [(id: LegID, at: Instant)] = []
    /// Legs whose engine tired of waiting for audio: they are opened again when some comes.
    private var dormant: Set<LegID> = []
    /// The engine for new legs.
    private var preferred = 0
    private let mostWaiting: SampleCount
    /// One piece of replayed audio; keeps a leg that opens late from being sent its backlog in one burst.
    private let replayPiece: SampleCount

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        timeline = Timeline(rate: configuration.rate)
        recovery = Recovery(engines: configuration.engines.count, rule: configuration.recovery)
        stitchers = (0..<configuration.channels).map { Stitcher(channel: ChannelIndex($0)) }
        turns = Array(repeating: 0, count: configuration.channels)
        mostWaiting = SampleCount(configuration.mostWaiting, at: configuration.rate)
        replayPiece = SampleCount(.seconds(1), at: configuration.rate)
    }

    package var isEnded: Bool { if case .ended = state { true } else { false } }

    /// Opens the first legs.
    package mutating func start(now: Instant) -> [SessionAction] {
        legs(of: 0..<configuration.channels, engine: preferred, from: timeline.end).map { leg in
            legs.append(leg)
            return .open(leg.id)
        }
    }

    /// New legs that cover `channels` between them, each as many as the engine takes.
    private mutating func legs(of channels: Range<Int>, engine number: Int, from origin: SampleIndex) -> [Leg] {
        let engine = configuration.engines[number]
        var slots = Set(legs.map(\.slot))
        return stride(from: channels.lowerBound, to: channels.upperBound, by: engine.channelsPerLeg).map { first in
            var slot = 0
            while slots.contains(slot) { slot += 1 }
            slots.insert(slot)
            let leg = Leg(
                id: LegID(nextLeg), slot: slot, engine: engine.name, channels: first..<min(first + engine.channelsPerLeg, channels.upperBound),
                origin: origin,
                rate: configuration.rate, limits: engine.limits)
            nextLeg += 1
            return leg
        }
    }

    // MARK: - Audio

    /// The audio of `range` is loud enough to be speech. Said of audio before `received` counts it, where `Configuration.measuresLoudness` is set.
    package mutating func noteLoud(_ range: SampleRange, in channel: ChannelIndex) {}

    /// Gives received audio its place. The driver journals it, then sends it to the legs that the arrival names, which count it as sent.
    ///
    /// - Returns: nil after the end of the audio.
    package mutating func received(_ count: SampleCount, now: Instant) -> Arrival? {
        guard case .running = state else { return nil }
        var arrival = Arrival(range: timeline.append(count), needsPump: isHoldingClient || !dormant.isEmpty)
        for index in legs.indices {
            if legs[index].isDraining { continue }
            if legs[index].slot < Arrival.mostLegs, legs[index].take(arrival.range, now: now) {
                arrival.add(legIn: legs[index].slot)
            } else {
                arrival.needsPump = true
            }
        }
        return arrival
    }

    /// True when nothing waits: no leg has a backlog or a queued command, and `pump` would do nothing.
    private var isCaughtUp: Bool {
        !isHoldingClient && openings.isEmpty && legs.allSatisfy { $0.isDraining || $0.sentThrough == timeline.end && $0.isOpen }
    }

    /// Sends what waits and may go.
    package mutating func pump(now: ContinuousClock.Instant) -> [SessionAction] {
        var actions = openings(due: now)
        for index in legs.indices {
            var moved = true
            while moved {
                moved = false
                if let range = legs[index].nextSend(received: timeline.end, most: replayPiece, now: now) {
                    legs[index].sent(through: range.end)
                    actions.append(.replay(legs[index].id, range))
                    moved = true
                }
                while let command = legs[index].nextCommand() {
                    actions.append(.command(legs[index].id, command))
                    moved = true
                }
            }
        }
        let slowest = legs.lazy.filter { !$0.isDraining }.map(\.sentThrough).min() ?? timeline.end
        let waiting = timeline.end - slowest
        if !isHoldingClient && waiting > mostWaiting {
            isHoldingClient = true
            actions.append(.holdClient(true))
        } else if isHoldingClient && waiting.samples < mostWaiting.samples / 2 {
            isHoldingClient = false
            actions.append(.holdClient(false))
        }
        return actions
    }

    /// When `pump` has more to do, if only time holds audio back.
    package func nextPump(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let allowance = legs.lazy.compactMap { $0.nextAllowance(received: timeline.end, now: now) }.min()
        guard let opening = openings.lazy.map(\.at).min() else { return allowance }
        return min(allowance ?? opening, opening)
    }

    // MARK: - The client

    package mutating func command(_ command: SessionCommand, now: ContinuousClock.Instant) -> [SessionAction] {
        guard case .running = state else { return [] }
        switch command {
        case .finalize: enqueue(.finalize)
        // Who is not there cannot be kept.
        case .keepAlive:
            for index in legs.indices where legs[index].isOpen { legs[index].enqueue(.keepAlive, at: timeline.end) }
        case .finish:
            state = .finishing
            enqueue(.finish)
        case .abandon: return end(.cancelled)
        // The driver knows what engines can do: `update(inStream:_:now:)`.
        case .update: break
        }
        return pump(now: now)
    }

    /// From here on, audio is to be recognised by `options`.
    ///
    /// - Parameter inStream: whether the engine can change that in its running streams; otherwise new ones take over here, and those that there are
    ///   make final what they were sent.
    package mutating func update(inStream: Bool, _ options: StreamOptions, now: ContinuousClock.Instant) -> [SessionAction] {
        guard case .running = state else { return [] }
        if inStream {
            enqueue(.update(options))
            return pump(now: now)
        }
        enqueue(.finish)
        return start(now: now) + pump(now: now)
    }

    /// The session cannot go on, for a reason that lies outside its engines.
    package mutating func fail(_ error: EngineError, now: Instant) -> [SessionAction] {
        isEnded ? [] : end(error)
    }

    private mutating func enqueue(_ command: EngineCommand) {
        for index in legs.indices where !legs[index].isEnding { legs[index].enqueue(command, at: timeline.end) }
    }

    // MARK: - Engines

    /// A repair is over. What `cancelRepair` named, and what was never asked for, does nothing.
    package mutating func repaired(_ id: RepairID, _ outcome: RepairOutcome, now: Instant) -> [SessionAction] { [] }

    /// Whether new legs may be opened at this engine: all sessions that have it know of its health together. A leg that it has stays; a session goes back to
    /// an engine that it prefers at the end of a turn. At the start all engines are available.
    package mutating func availability(_ engine: EngineName, isAvailable: Bool, now: Instant) -> [SessionAction] { [] }

    package mutating func engine(_ event: EngineEvent, from id: LegID, now: ContinuousClock.Instant) -> [SessionAction] {
        guard let index = legs.firstIndex(where: { $0.id == id }), !isEnded else { return [] }
        var actions: [SessionAction] = []
        if mustWait(event, legAt: index) {
            held[id, default: []].append(event)
            return []
        }
        switch legs[index].mapped(event) {
        case .opened:
            legs[index].opened(now: now)
            if !isReady {
                isReady = true
                actions.append(.emit(.ready))
            }
            return actions + pump(now: now)
        // For the driver's ears.
        case .skipped, .creditsLow: return []
        case .speechStarted(let channel, let at):
            actions.append(.emit(.speechStarted(channel, at: max(at, stitchers[channel.number].committedThrough))))
        case .interim(let hypothesis):
            actions.append(.emit(.interim(stitchers[hypothesis.channel.number].interim(hypothesis))))
        case .final(let hypothesis, let reason):
            let number = hypothesis.channel.number
            if let commit = stitchers[number].accept(hypothesis, reason: reason, from: legs[index].engine) {
                // The engine works: whatever went before is over.
                if !outages.isEmpty && !commit.range.isEmpty { outages[id] = nil }
                actions.append(.record(commit, turn: turns[number]))
                actions.append(.emit(.commit(commit)))
                if commit.endsTurn { turns[number] += 1 }
            }
        case .turnEnded(let channel, let at):
            turns[channel.number] += 1
            actions.append(.emit(.turnEnded(channel, at: at)))
        case .flushed(let channel): actions.append(.emit(.flushed(channel)))
        case .closed(let error):
            actions.append(.discard(id))
            actions += legClosed(at: index, error, now: now)
            return isEnded ? actions : actions + release(now: now)
        }
        // An answer may have made room for audio that waits.
        return isCaughtUp ? actions : actions + pump(now: now)
    }

    /// Whether a leg before it, of the same channels, has not said all.
    private func mustWait(_ event: EngineEvent, legAt index: Int) -> Bool {
        if case .opened = event { return false }
        // A leg that failed will say no more, and the session ends with it.
        if case .closed(.some) = event { return false }
        return legs[..<index].contains { $0.channels.overlaps(legs[index].channels) }
    }

    /// Lets those speak who have waited for a leg that is gone.
    private mutating func release(now: ContinuousClock.Instant) -> [SessionAction] {
        var actions: [SessionAction] = []
        for id in legs.map(\.id) {
            for event in held.removeValue(forKey: id) ?? [] { actions += engine(event, from: id, now: now) }
        }
        return actions
    }

    private mutating func legClosed(at index: Int, _ error: EngineError?, now: Instant) -> [SessionAction] {
        if let error, !isDone(legs[index]) || error == .cancelled { return recover(legAt: index, error, now: now) }
        guard isDone(legs[index]) else {
            return recover(legAt: index, .unavailable("The engine closed the stream before the audio was at its end."), now: now)
        }
        outages[legs[index].id] = nil
        legs.remove(at: index)
        guard case .finishing = state else { return [] }
        return legs.isEmpty ? end(nil) : []
    }

    /// Whether it was told that no more comes and has made everything final that it was sent; what it says then of errors costs nothing.
    private func isDone(_ leg: Leg) -> Bool {
        leg.isDraining && stitchers[leg.channels].allSatisfy { $0.committedThrough >= leg.sentThrough }
    }

    /// Gives what the leg's engine did not make final to another leg, in its place; ends the session when no engine is left.
    private mutating func recover(legAt index: Int, _ error: EngineError, now: Instant) -> [SessionAction] {
        let dead = legs.remove(at: index)
        held[dead.id] = nil
        // No fault of the engine's, and nothing is lost.
        let wasIdle = dead.isOpen && dead.sentThrough == dead.origin && error.isPassing
        var outage = outages.removeValue(forKey: dead.id) ?? Recovery.Outage()
        let number = configuration.engines.firstIndex { $0.name == dead.engine } ?? preferred
        let step = wasIdle ? .open(number, after: .zero) : recovery.next(after: error, of: number, outage: &outage)
        guard case .open(let next, let delay) = step else { return end(error) }
        preferred = next
        let origin = stitchers[dead.channels].lazy.map(\.committedThrough).min() ?? dead.origin
        var actions: [SessionAction] = []
        var position = index
        for var leg in legs(of: dead.channels, engine: next, from: origin) {
            leg.inherit(from: dead)
            outages[leg.id] = outage
            legs.insert(leg, at: position)
            position += 1
            if wasIdle {
                dormant.insert(leg.id)
            } else if delay > .zero {
                openings.append((leg.id, now + delay))
            } else {
                actions.append(.open(leg.id))
            }
        }
        return actions
    }

    private mutating func openings(due now: Instant) -> [SessionAction] {
        guard !openings.isEmpty || !dormant.isEmpty else { return [] }
        var due = openings.filter { $0.at <= now }.map(\.id)
        let isWanted = legs.contains { dormant.contains($0.id) && ($0.origin < timeline.end || $0.hasCommands) }
        if isWanted {
            due += dormant.sorted { $0.number < $1.number }
            dormant = []
        }
        openings.removeAll { $0.at <= now }
        return due.filter { id in legs.contains { $0.id == id } }.map { .open($0) }
    }

    /// Ends the session; what no engine made final is reported as gaps.
    private mutating func end(_ error: EngineError?) -> [SessionAction] {
        state = .ended
        var actions: [SessionAction] = []
        for leg in legs {
            actions.append(.command(leg.id, .cancel))
            actions.append(.discard(leg.id))
        }
        legs = []
        held = [:]
        openings = []
        dormant = []
        for index in stitchers.indices {
            if let gap = stitchers[index].giveUp(through: timeline.end) {
                let cause = error ?? .protocolViolation("The engine closed the stream without covering all of its audio.")
                actions.append(.emit(.gap(stitchers[index].channel, gap, cause)))
            }
        }
        actions.append(.emit(.ended(SessionEnd(received: timeline.end - .zero, error: error))))
        return actions
    }
}
