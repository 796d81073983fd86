import Speech

/// The legs of a session that are not closed: the audio that each was sent, the legs that are opened later, and the engine of the next leg.
///
/// A leg is named only by its `LegID`. A value without I/O: requests to the driver are returned as actions.
struct LegPool: Sendable {
    /// The legs in the order in which they were added.
    private(set) var legs: [Leg] = []
    /// The engines for new legs.
    var choice: EngineChoice
    /// Legs that other legs are to replace.
    var changes = PlannedChanges()
    private var nextNumber = 0
    /// Legs that are to be opened later.
    private var openings: [(id: LegID, at: Instant)] = []
    /// Legs whose engine closed because no audio came. They are opened again when audio comes.
    private var dormant: Set<LegID> = []
    private let engines: [SessionEngine]
    private let rate: SampleRate

    init(_ engines: [SessionEngine], voices: Int, rule: FailoverPolicy.Rule, rate: SampleRate) {
        self.engines = engines
        self.rate = rate
        choice = EngineChoice(engines, voices: voices, rule: rule)
    }

    // MARK: - Present legs

    subscript(_ id: LegID) -> Leg? { index(of: id).map { legs[$0] } }

    /// Returns the place of a leg in `legs`, which holds until a leg is removed.
    func index(of id: LegID) -> Int? { legs.indices.first { legs[$0].id == id } }

    /// Returns true if the leg has failed, or is not there any more.
    func isFailed(_ id: LegID) -> Bool { index(of: id).map { legs[$0].isFailed } ?? true }

    /// Returns true if the leg has opened and has not failed.
    func hasOpened(_ id: LegID) -> Bool { index(of: id).map { legs[$0].openedAt != nil && !legs[$0].isFailed } ?? false }

    /// Returns true if the leg is open or is being opened, and not only planned.
    func isOpening(_ id: LegID) -> Bool { !dormant.contains(id) && !openings.contains { $0.id == id } }

    /// Returns true if a leg that was given up still owes an answer, which would show how slow its engine is.
    func mayAnswer(_ id: LegID) -> Bool { self[id].map { $0.isFailed && $0.answers.owesSince != nil } ?? false }

    /// The engine of the first open leg whose words count; nil when there is none.
    var servingEngine: EngineName? { legs.indices.first { legs[$0].isOpen && !legs[$0].isShadow }.map { legs[$0].engine } }

    /// Returns the session's settings for an engine.
    func engine(_ name: EngineName) -> SessionEngine? { number(of: name).map { engines[$0] } }

    /// Returns the engines of other legs that hear a channel of this leg.
    func busy(besides leg: Leg) -> Set<Int> {
        Set(engines.indices.filter { isBusy($0, besides: leg.id, in: leg.channels) })
    }

    /// Returns true if another leg of the engine hears a channel of the leg at `index`.
    func isBusy(_ engine: Int, besidesLegAt index: Int) -> Bool { isBusy(engine, besides: legs[index].id, in: legs[index].channels) }

    private func isBusy(_ engine: Int, besides id: LegID, in channels: Range<Int>) -> Bool {
        legs.indices.contains { index in
            legs[index].id != id && legs[index].channels.overlaps(channels) && !legs[index].isFailed && legs[index].engine == engines[engine].name
                && !legs[index].isEnding
        }
    }

    func numbers(of names: some Sequence<EngineName>) -> Set<Int> {
        Set(names.compactMap(number))
    }

    private func number(of name: EngineName) -> Int? { engines.indices.first { engines[$0].name == name } }

    /// True if a leg waits for its time to be opened.
    var hasOpenings: Bool { !openings.isEmpty }

    /// True if a leg waits for audio to be opened.
    var hasDormant: Bool { !dormant.isEmpty }

    // MARK: - Adding and removing

    /// Makes legs that together cover `channels`; each leg has as many channels as its engine takes. The legs are not added to the pool.
    mutating func newLegs(of channels: Range<Int>, engine number: Int, from origin: SampleIndex, isShadow: Bool = false) -> [Leg] {
        let engine = engines[number]
        var slots = Set(legs.map(\.slot))
        return stride(from: channels.lowerBound, to: channels.upperBound, by: engine.channelsPerLeg).map { first in
            var slot = 0
            while slots.contains(slot) { slot += 1 }
            slots.insert(slot)
            let leg = Leg(
                id: LegID(nextNumber), slot: slot, engine: engine.name, channels: first..<min(first + engine.channelsPerLeg, channels.upperBound),
                origin: origin, rate: rate, limits: engine.limits, isShadow: isShadow)
            nextNumber += 1
            return leg
        }
    }

    mutating func add(_ leg: Leg) { legs.append(leg) }

    /// Changes a leg.
    ///
    /// - Returns: the result of `change`; nil if there is no such leg.
    @discardableResult
    mutating func change<Result>(_ id: LegID, _ change: (inout Leg) -> Result) -> Result? {
        guard let index = index(of: id) else { return nil }
        return change(&legs[index])
    }

    @discardableResult
    mutating func remove(_ id: LegID) -> Leg? { index(of: id).map { legs.remove(at: $0) } }

    mutating func removeAll() {
        legs = []
        openings = []
        dormant = []
    }

    /// Marks a leg as failed, or removes it, and cancels its opening and its planned changes.
    ///
    /// - Parameter isListening: true if the words that the leg still says are wanted.
    mutating func retire(_ id: LegID, isListening: Bool, now: Instant) {
        if isListening { change(id) { $0.fail(now: now) } } else { remove(id) }
        cancelOpening(of: id)
        changes.forget(id)
    }

    // MARK: - Opening

    /// Opens a leg now.
    mutating func open(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        if change(id, { $0.asked(now: now) }) != nil { actions.append(.open(id)) }
    }

    /// Opens a leg now, after `delay`, or when audio comes for it.
    mutating func open(_ id: LegID, after delay: Duration, isDormant: Bool, now: Instant, _ actions: inout [SessionAction]) {
        if isDormant {
            dormant.insert(id)
        } else if delay > .zero {
            openings.append((id, now + delay))
        } else {
            open(id, now: now, &actions)
        }
    }

    mutating func cancelOpening(of id: LegID) {
        openings.removeAll { $0.id == id }
        dormant.remove(id)
    }

    /// Returns the legs that are to be opened now, and takes them off the list. If no engine is left, returns all legs that wait.
    ///
    /// - Parameter end: the end of the received audio.
    mutating func due(received end: SampleIndex, now: Instant) -> [LegID] {
        guard hasOpenings || hasDormant else { return [] }
        let isHopeless = choice.rejection != nil
        var due = openings.filter { isHopeless || $0.at <= now }.map(\.id)
        if isHopeless || legs.contains(where: { dormant.contains($0.id) && ($0.origin < end || $0.hasCommands) }) {
            due += dormant.sorted { $0.number < $1.number }
            dormant = []
        }
        openings.removeAll { due.contains($0.id) }
        return due
    }

    // MARK: - Sending

    /// Puts a command behind all received audio, for all legs that are sent audio.
    mutating func enqueue(_ command: EngineCommand, at end: SampleIndex) {
        for index in legs.indices where !legs[index].isEnding && !legs[index].isFailed { legs[index].enqueue(command, at: end) }
    }

    /// Sends a keep-alive to the engines of all open legs.
    mutating func keepAlive(at end: SampleIndex) {
        for index in legs.indices where legs[index].isOpen { legs[index].enqueue(.keepAlive, at: end) }
    }

    /// Moves queued commands to `end` at the latest, because no audio comes beyond `end`.
    mutating func hurry(to end: SampleIndex) { for index in legs.indices { legs[index].hurry(to: end) } }

    /// Counts received audio as sent to the legs in `receipt` that may be sent the audio at once.
    ///
    /// - Parameter isLoud: returns true if a leg with these channels has to answer the audio.
    mutating func take(_ receipt: inout AudioReceipt, now: Instant, isLoud: (Range<Int>) -> Bool) {
        for index in legs.indices {
            if legs[index].isDraining || legs[index].isFailed { continue }
            if legs[index].slot < AudioReceipt.maxLegs, legs[index].take(receipt.range, now: now) {
                receipt.add(legIn: legs[index].slot)
                if legs[index].answers.owesSince == nil, isLoud(legs[index].channels) {
                    legs[index].owes(now: now)
                    // The driver then sets its timer.
                    receipt.needsPump = true
                }
            } else {
                receipt.needsPump = true
            }
        }
    }

    /// Sends the audio and commands that wait and may be sent now.
    ///
    /// - Parameters:
    ///   - end: the end of the received audio.
    ///   - most: maximum audio of one action.
    ///   - isLoud: returns true if a leg with these channels has to answer the audio.
    mutating func send(
        received end: SampleIndex, most: SampleCount, now: Instant, _ actions: inout [SessionAction], isLoud: (SampleRange, Range<Int>) -> Bool
    ) {
        for index in legs.indices {
            var moved = true
            while moved {
                moved = false
                if let range = legs[index].nextSend(received: end, most: most, now: now) {
                    legs[index].sent(through: range.end)
                    if legs[index].answers.owesSince == nil, isLoud(range, legs[index].channels) { legs[index].owes(now: now) }
                    actions.append(.replay(legs[index].id, range))
                    moved = true
                }
                while let command = legs[index].nextCommand(now: now) {
                    actions.append(.command(legs[index].id, command))
                    moved = true
                }
            }
        }
    }

    /// True if no leg waits to be opened and all legs have been sent all audio and commands.
    ///
    /// - Parameter end: the end of the received audio.
    func isCaughtUp(received end: SampleIndex) -> Bool {
        openings.isEmpty && legs.indices.allSatisfy { legs[$0].isCaughtUp(received: end) }
    }

    /// End of the audio that all legs were sent whose words count; nil if there is no such leg.
    var sentThrough: SampleIndex? {
        var end: SampleIndex?
        for index in legs.indices where !legs[index].isDraining && !legs[index].isFailed && !legs[index].isShadow {
            end = min(end ?? legs[index].sentThrough, legs[index].sentThrough)
        }
        return end
    }

    /// Returns the time when more audio may be sent or a leg is to be opened; nil if no leg waits for a time.
    func nextSend(received end: SampleIndex, now: Instant) -> Instant? {
        var next: Instant?
        func consider(_ time: Instant?) { if let time { next = min(next ?? time, time) } }
        for index in legs.indices where legs[index].isOpen && legs[index].sentThrough < end {
            consider(legs[index].nextAllowance(received: end, now: now))
        }
        for opening in openings { consider(opening.at) }
        return next
    }
}
