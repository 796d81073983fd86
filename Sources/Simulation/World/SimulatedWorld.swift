import Continuity
import Speech

/// One simulated session from its first sample to its end, on a simulated clock. Carries out the machine's actions as the driver of real sessions
/// does.
package struct SimulatedWorld: ~Copyable {
    package struct Outcome: Sendable, Equatable {
        package var violation: Violation?
        package var words: Int
        package var gaps: Int
        package var legs: Int
        package var repairs: Int
        package var mends: Int
        /// The hash of all actions of the machine; nil: nobody asked for it.
        package var digest: UInt64?
    }

    private enum Event {
        /// The client sends its next frame, or does what the scenario has in its place.
        case client
        /// The client is too far behind with reading.
        case close
        case message(LegID, EngineEvent)
        /// The driver's time limit for a connection has passed.
        case connectTimeout(LegID)
        case timer(Int)
        case repaired(RepairID, RepairOutcome)
        case news(Scenario.News)
        case listened(LegID, SampleIndex, Bool?)
    }

    /// The driver's side of a leg.
    private struct Connection {
        var stream: SimulatedStream
        var slot: Int
        var isOpen = false
        /// Channels in which the engine has given words.
        var speaking: Set<Int> = []
        var sentThrough: SampleIndex
        /// Time of the last message: messages keep their order.
        var lastMessage: Int64 = 0
        /// Fill level of the engine's token bucket in samples; `levelAt` is the time of that level.
        var level = 0.0
        var levelAt: Int64
        let openedAt: Int64
    }

    /// Maximum time from the client's end to the session's end, in microseconds.
    private static let patience: Int64 = 600_000_000
    /// Maximum number of events: a session with more events never ends.
    private static let maxEvents = 50_000

    private let scenario: Scenario
    private let chance: Chance
    private var machine: SessionMachine
    private var checker: InvariantChecker
    private var queue = EventQueue<Event>()
    private var now: Int64 = 0
    private var connections: [Connection] = []
    private var connectionsMade: [Int]
    /// Amount of audio at the time when a leg was planned.
    private var planned: [LegID: SampleIndex] = [:]
    private var disabled: Set<Int> = []
    /// Streams that are over. Their later messages are ignored.
    private var gone: Set<LegID> = []
    private var timer: (id: Int, at: Int64)?
    private var timers = 0
    private var vainTimers = 0
    private var journalled = SampleIndex.zero
    /// The start of the audio that the machine may still have read.
    private var readable = SampleIndex.zero
    private var hasRecorded = false
    /// Number of calls of `perform` that have begun and not ended.
    private var depth = 0
    private var legs = 0
    private var repairs = 0
    /// Repairs that will be answered with words: the repairer's profile, the start, the words and the channel.
    private var repairing: [RepairID: (profile: EngineProfile, start: SampleIndex, words: [Word], channel: ChannelIndex)] = [:]
    private var unavailable: Set<Int> = []
    // The client.
    private let length: SampleIndex
    private var sent = SampleIndex.zero
    /// Index of the first spoken word of each channel that was not sent completely.
    private var loudNext: [Int]
    private var nextCommand = 0
    private var nextPause = 0
    private var finalizes = 0
    private var isHeld = false
    private var isClientDone = false
    /// The time when the next frame would be due without bursts.
    private var clientDue: Int64 = 0
    /// Number of events that the client has not read; `unreadAt` is the time of that number.
    private var unread = 0.0
    private var unreadAt: Int64 = 0
    private static let maxUnread = 32.0
    private var deadline: Int64
    /// Receiver of the trace, line by line.
    private let tell: ((String) -> Void)?
    /// Digest of all actions so far. nil: nobody compares this session with another build's.
    private var digest: ActionDigest?
    /// Receiver of the client's events, with their times in microseconds since the session's start.
    private let hear: ((Int64, SessionEvent) -> Void)?

    enum Part { static let taste = 3, attempt = 4, repair = 5, voice = 6 }

    /// - Parameter hear: takes the client's events, with their times in microseconds since the session's start.
    init(_ scenario: Scenario, hear: @escaping (Int64, SessionEvent) -> Void) { self.init(scenario, tell: nil, hear: hear) }

    /// - Parameter digests: true if the outcome has a digest of the machine's actions.
    package init(_ scenario: Scenario, digests: Bool = false, tell: ((String) -> Void)? = nil) {
        self.init(scenario, tell: tell, hear: nil)
        if digests { digest = ActionDigest() }
    }

    private init(_ scenario: Scenario, tell: ((String) -> Void)?, hear: ((Int64, SessionEvent) -> Void)?) {
        self.scenario = scenario
        self.tell = tell
        self.hear = hear
        chance = Chance(seed: scenario.seed)
        machine = SessionMachine(
            .init(
                rate: Milliseconds.rate, channels: scenario.channels,
                engines: scenario.engines.map {
                    let limits = Leg.Limits(pace: $0.profile.pace, unanswered: $0.profile.unanswered.map(Milliseconds.samples))
                    return SessionEngine(
                        $0.profile.name, limits: limits, channelsPerLeg: $0.profile.channelsPerLeg, cap: $0.profile.cap.map { .milliseconds($0) },
                        slowness: .milliseconds($0.profile.latency.upperBound), hasWordTimes: $0.profile.hasWordTimes)
                },
                recovery: scenario.recovery, maxWaiting: scenario.maxWaiting, mode: scenario.mode,
                repairers: scenario.repairers.map(\.profile.name), measuresLoudness: true, tellsVoices: chance[Part.voice].happens(0.5)))
        checker = InvariantChecker(scenario)
        connectionsMade = Array(repeating: 0, count: scenario.engines.count)
        loudNext = Array(repeating: 0, count: scenario.channels)
        length = Milliseconds.index(scenario.length)
        deadline = Self.patience + Int64(scenario.length) * 1_000
    }

    package mutating func run() -> Outcome {
        perform(machine.start(now: instant))
        queue.add(.client, at: 0)
        for moment in scenario.news { queue.add(.news(moment.what), at: Int64(moment.at) * 1_000) }
        var events = 0
        // A measurement goes on after a violation, because engines with errors break rules.
        while checker.violation == nil || hear != nil, let next = queue.next() {
            now = next.at
            events += 1
            if events > Self.maxEvents { checker.fail(.ending, "it does not come to rest") }
            if now > deadline {
                checker.fail(.ending, "it has not ended \(Self.patience / 1_000_000) s after its client")
                break
            }
            happen(next.event)
            if machine.waitingCount > scenario.channels * SessionMachine.maxWaitingCount {
                checker.fail(.memory, "\(machine.waitingCount) events and words wait")
            }
        }
        if checker.violation == nil {
            checker.close(received: machine.timeline.end, finalizes: finalizes)
        }
        return Outcome(
            violation: checker.violation, words: checker.words, gaps: checker.gaps, legs: legs, repairs: repairs, mends: checker.mends,
            digest: digest?.value)
    }

    private var instant: Instant { Instant.epoch + .microseconds(now) }

    private mutating func note(_ line: @autoclosure () -> String) {
        if let tell { tell("\(Milliseconds.seconds(microseconds: now))  \(line())") }
    }

    private mutating func happen(_ event: Event) {
        switch event {
        case .client: client()
        case .close:
            guard !isClientDone else { return }
            isClientDone = true
            note("the client reads too slowly")
            perform(machine.command(.abandon, now: instant))
        case .message(let leg, let event): engine(event, from: leg)
        case .connectTimeout(let leg):
            guard let index = index(of: leg), !connections[index].isOpen else { return }
            engine(.closed(.timedOut("The engine did not answer.")), from: leg)
        case .timer(let id):
            guard timer?.id == id else { return }
            timer = nil
            perform(machine.pump(now: instant))
            // Each pump is a microsecond later: until the next sample's time has come, rounding may repeat the timer.
            let isDue = machine.nextPump(now: instant).map { $0 <= instant } ?? false
            vainTimers = isDue ? vainTimers + 1 : 0
            if vainTimers > 200 { checker.fail(.timers, "what is due is still due, and nothing is done") }
        case .repaired(let repair, let outcome):
            note("repair \(repair.number): \(Trace.text(outcome))")
            if let (profile, start, words, channel) = repairing.removeValue(forKey: repair) {
                checker.began(profile, at: start, saying: words, in: channel.number)
                checker.told(words, in: channel.number)
            }
            perform(machine.repaired(repair, outcome, now: instant))
        case .listened(let leg, let end, let hasSpeech):
            note("through \(Milliseconds.text(end)), \(hasSpeech.map { $0 ? "somebody speaks" : "nobody speaks" } ?? "nobody can tell")")
            perform(machine.listened(to: leg, through: end, hasSpeech: hasSpeech, now: instant))
        case .news(let news):
            guard news.engine < scenario.engines.count, !machine.isEnded else { return }
            let name = scenario.engines[news.engine].profile.name
            note("\(name) is \(news.isAvailable ? "available" : "unavailable")")
            if news.isAvailable { unavailable.remove(news.engine) } else { unavailable.insert(news.engine) }
            perform(machine.availability(name, isAvailable: news.isAvailable, now: instant))
        }
    }

    // MARK: - The client

    private mutating func client() {
        guard !isClientDone, !machine.isEnded else { return }
        // A client that is held back sends again when it is released.
        if machine.isHoldingClient {
            isHeld = true
            return
        }
        while nextCommand < scenario.client.commands.count, Milliseconds.index(scenario.client.commands[nextCommand].at) <= sent {
            let command = scenario.client.commands[nextCommand].what
            nextCommand += 1
            if command == .finalize { finalizes += 1 }
            note("client: \(command)")
            perform(machine.command(command, now: instant))
        }
        guard !machine.isEnded else { return }
        if nextPause < scenario.client.pauses.count, Milliseconds.index(scenario.client.pauses[nextPause].at) <= sent {
            let pause = scenario.client.pauses[nextPause].what
            nextPause += 1
            clientDue = now + Int64(pause) * 1_000
            queue.add(.client, at: clientDue)
            return
        }
        if sent >= length {
            isClientDone = true
            deadline = now + Self.patience
            let ending = scenario.client.ending
            note("client: \(ending)")
            perform(machine.command(ending == .finish ? .finish : .abandon, now: instant))
            return
        }
        let count = min(Milliseconds.samples(scenario.client.frame), length - sent)
        push(count)
        sent += count
        let burst = Int64(scenario.client.burst) * 1_000
        clientDue = (burst == 0 ? now : clientDue) + max(1, Int64(Double(count.samples) * 62.5 / scenario.client.speed))
        queue.add(.client, at: max(now + 1, burst == 0 ? clientDue : (clientDue + burst - 1) / burst * burst))
    }

    private mutating func push(_ count: SampleCount) {
        let place = SampleRange(sent, count: count)
        noteLoud(place)
        guard let receipt = machine.received(count, now: instant) else {
            return checker.fail(.coverage, "audio of \(Milliseconds.text(place)) was not taken")
        }
        if receipt.range != place {
            checker.fail(.coverage, "audio of \(Milliseconds.text(place)) was placed at \(Milliseconds.text(receipt.range))")
        }
        journalled = receipt.range.end
        var index = 0
        while index < connections.count {
            if receipt.goesToLeg(in: connections[index].slot) { send(receipt.range, to: connections[index].stream.leg) }
            index += 1
        }
        if receipt.needsPump { perform(machine.pump(now: instant)) }
    }

    /// Reports to the machine how loud the audio is, in order, as the driver does. The driver does not know the cause of the loudness.
    private mutating func noteLoud(_ frame: SampleRange) {
        for channel in scenario.spoken.indices {
            var loud: [SampleRange] = []
            if loudNext[channel] > 0 { loudNext[channel] -= 1 }
            while loudNext[channel] < scenario.spoken[channel].count, scenario.spoken[channel][loudNext[channel]].range.start < frame.end {
                if let word = scenario.spoken[channel][loudNext[channel]].range.intersection(frame) { loud.append(word) }
                loudNext[channel] += 1
            }
            for noise in scenario.noises {
                let noise = SampleRange(Milliseconds.index(noise.lowerBound), Milliseconds.index(noise.upperBound))
                if let noise = noise.intersection(frame) { loud.append(noise) }
            }
            if loud.count > 1 { loud.sort { $0.start < $1.start } }
            for range in loud { machine.noteLoud(range, in: ChannelIndex(channel)) }
        }
    }

    /// Answers the machine's question whether the audio has speech: sometimes late, sometimes not at all.
    private mutating func listen(to leg: LegID, _ channels: Range<Int>, _ range: SampleRange) {
        note("does somebody speak in \(Milliseconds.text(range))?")
        checkRead(range)
        let hasSpeech = scenario.spoken[channels].contains { words in words.contains { $0.range.intersection(range) != nil } }
        let attempt = chance[Part.voice, leg.number]
        queue.add(.listened(leg, range.end, attempt[1].happens(0.1) ? nil : hasSpeech), at: now + Int64(attempt[2].pick(5...700)) * 1_000)
    }

    // MARK: - Repairs

    private mutating func repair(_ repair: Repair) {
        note("repair \(repair.id.number) \(Milliseconds.text(repair.range)) of channel \(repair.channel.number) by \(repair.engine)")
        repairs += 1
        if repair.range.end > journalled || repair.range.isEmpty {
            checker.fail(.repair, "\(Milliseconds.text(repair.range)) of \(Milliseconds.text(journalled))")
        }
        checkRead(repair.range)
        guard let repairer = scenario.repairers.first(where: { $0.profile.name == repair.engine }) else {
            return checker.fail(.repair, "\(repair.engine) repairs nothing")
        }
        let number = repairer.profile.number
        checker.asked(repair.channel.number..<repair.channel.number + 1)
        let attempt = chance[Part.repair, repair.id.number]
        if attempt[1].happens(repairer.refusals) {
            note("it is declined")
            return queue.add(.repaired(repair.id, .declined), at: now)
        }
        let delay = attempt[2].pick(repairer.profile.latency) + Int(repair.range.count.samples) / 16 * repairer.work / 1_000
        let outcome: RepairOutcome
        if attempt[3].happens(repairer.failures) {
            outcome = .failed(attempt[4].pick([.unavailable("503"), .timedOut("no answer"), .unauthorized("401"), .rateLimited(retryAfter: nil)]))
        } else {
            let hearing = SimulatedRecognition(profile: repairer.profile, taste: chance[Part.taste, number], attempt: attempt)
            var words = hearing.words(scenario.spoken[repair.channel.number], in: repair.range).map {
                Word($0.text, $0.range, confidence: $0.confidence)
            }
            if !repairer.profile.hasWordTimes { words.spread(over: repair.range) }
            outcome = repairer.profile.hasWordTimes ? .words(words) : .text(words)
            repairing[repair.id] = (repairer.profile, repair.range.start, words, repair.channel)
        }
        queue.add(.repaired(repair.id, outcome), at: now + Int64(delay) * 1_000)
    }

    // MARK: - Engines

    private func index(of leg: LegID) -> Int? { connections.firstIndex { $0.stream.leg == leg } }

    private mutating func engine(_ event: EngineEvent, from leg: LegID) {
        guard !gone.contains(leg) else { return }
        note("leg \(leg.number) says \(Trace.text(event))")
        let place = index(of: leg)
        switch event {
        case .opened: if let place { connections[place].isOpen = true }
        case .closed(let error):
            gone.insert(leg)
            let isShadow = machine.legs.contains { $0.id == leg && $0.isShadow }
            if let place, let error, error.isForGood, !isShadow { disabled.insert(connections[place].stream.profile.number) }
        case .interim(let said), .final(let said, _):
            guard let place, !said.words.isEmpty else { break }
            let stream = connections[place].stream
            let channel = stream.channels.lowerBound + said.channel.number
            checker.told(said.words, in: channel)
            if connections[place].speaking.insert(channel).inserted {
                checker.began(stream.profile, at: stream.origin, saying: said.words, in: channel)
            }
        case .speechStarted, .turnEnded, .flushed, .notice, .skipped: break
        }
        perform(machine.engine(event, from: leg, now: instant))
    }

    private mutating func hear(_ messages: [SimulatedStream.Message], from leg: LegID, isAnswer: Bool = false) {
        for message in messages {
            if isAnswer, let index = index(of: leg), connections[index].stream.profile.answersAtOnce, connections[index].lastMessage < now {
                engine(message.event, from: leg)
                continue
            }
            var at = now + Int64(message.delay) * 1_000
            if let index = index(of: leg) {
                at = max(at, connections[index].lastMessage)
                connections[index].lastMessage = at
            }
            queue.add(.message(leg, message.event), at: at)
        }
    }

    private mutating func open(_ id: LegID) {
        // The stream may not be needed any more.
        guard let leg = machine.legs.first(where: { $0.id == id }), let number = scenario.engines.firstIndex(where: { $0.profile.name == leg.engine })
        else { return }
        let isAnyBetter = scenario.engines.indices.contains { !unavailable.contains($0) && !disabled.contains($0) }
        if unavailable.contains(number), isAnyBetter {
            checker.fail(.disabled, "leg \(id.number) is opened to \(leg.engine), which is unavailable")
        }
        if disabled.contains(number) { checker.fail(.disabled, "leg \(id.number) is opened to \(leg.engine)") }
        if index(of: id) != nil { checker.fail(.audio, "leg \(id.number) is opened twice") }
        let engine = scenario.engines[number]
        let connection = connectionsMade[number]
        connectionsMade[number] += 1
        legs += 1
        var stream = SimulatedStream(
            leg: id, profile: engine.profile, taste: chance[Part.taste, number], attempt: chance[Part.attempt, number][connection],
            channels: leg.channels, origin: leg.origin, fault: engine.fault(ofConnection: connection), spoken: scenario.spoken)
        note("open leg \(id.number) to \(leg.engine), channels \(leg.channels), from \(Milliseconds.text(leg.origin))")
        checker.asked(leg.channels)
        if let received = planned[id] { checker.tookOver(at: leg.origin, received: received) }
        let messages = stream.open()
        connections.append(Connection(stream: stream, slot: leg.slot, sentThrough: leg.origin, levelAt: now, openedAt: now))
        queue.add(.connectTimeout(id), at: now + 10_000_000)
        hear(messages, from: id)
    }

    private mutating func send(_ range: SampleRange, to leg: LegID) {
        guard let index = index(of: leg) else { return }
        if range.end > journalled { checker.fail(.journal, "leg \(leg.number) is sent \(Milliseconds.text(range)), which is not journalled") }
        if connections[index].sentThrough == connections[index].stream.origin, let origin = machine.legs.first(where: { $0.id == leg })?.origin,
            origin > connections[index].stream.origin
        {
            connections[index].stream.begin(at: origin)
            checker.asked(connections[index].stream.channels)
            connections[index].sentThrough = origin
        }
        let before = connections[index].sentThrough
        if range.start != before { checker.fail(.audio, "leg \(leg.number) is sent \(Milliseconds.text(range)) behind \(Milliseconds.text(before))") }
        connections[index].sentThrough = range.end
        if connections[index].stream.isFinished { checker.fail(.audio, "leg \(leg.number) is sent audio behind its end") }
        if !connections[index].isOpen { checker.fail(.audio, "leg \(leg.number) is sent audio before it is open") }
        // A leg that is behind gets the audio that it still has to hear, at its pace; another leg hears the current audio.
        if let cap = connections[index].stream.profile.cap, now - connections[index].openedAt > Int64(cap - 60_000 + 6_000) * 1_000,
            !isClientDone, disabled.count < scenario.engines.count,
            !connections.contains(where: { $0.stream.leg.number > leg.number && $0.stream.channels.overlaps(connections[index].stream.channels) })
        {
            checker.fail(.rotation, "leg \(leg.number) is still sent audio \((now - connections[index].openedAt) / 1_000_000) s after its opening")
        }
        if let pace = connections[index].stream.profile.pace {
            let passed = Double(now - connections[index].levelAt) * 0.016 * pace
            connections[index].level = max(0, connections[index].level - passed) + Double(range.count.samples)
            connections[index].levelAt = now
            // One second may come at once, and a quarter of a second that was allowed before a pause.
            if connections[index].level > 20_100 {
                checker.fail(.pace, "leg \(leg.number) is \(Int(connections[index].level / 16)) ms ahead of a pace of \(pace)")
            }
        }
        let messages = connections[index].stream.take(range, now: now)
        hear(messages, from: leg)
    }

    private mutating func command(_ command: EngineCommand, to leg: LegID) {
        note("tell leg \(leg.number): \(command)")
        guard let index = index(of: leg) else { return }
        let messages = connections[index].stream.take(command, now: now)
        hear(messages, from: leg, isAnswer: true)
    }

    // MARK: - The machine's actions

    private mutating func perform(_ actions: [SessionAction]) {
        let legs = machine.legs
        for index in legs.indices.reversed() {
            // The machine adds legs in the order of their numbers.
            guard planned[legs[index].id] == nil else { break }
            planned[legs[index].id] = journalled
        }
        depth += 1
        for action in actions {
            digest?.add(action, at: now)
            switch action {
            case .open(let leg): open(leg)
            case .replay(let leg, let range):
                note("replay \(Milliseconds.text(range)) to leg \(leg.number)")
                checkRead(range)
                send(range, to: leg)
            case .command(let leg, let command): self.command(command, to: leg)
            case .discard(let leg):
                note("discard leg \(leg.number)")
                connections.removeAll { $0.stream.leg == leg }
            case .record(let commit, let turn):
                checker.recorded(commit, turn: turn)
                hasRecorded = true
            case .emit(let event):
                read()
                note("client hears \(Trace.text(event))")
                hear?(now, event)
                checker.heard(event, received: journalled)
            case .repair(let repair): self.repair(repair)
            case .cancelRepair(let id): note("repair \(id.number) is not needed any more")
            case .listen(let leg, let channels, let range): listen(to: leg, channels, range)
            case .report(let fact): hear(fact)
            case .ran(let record):
                note("record: \(record.engine) \(record.kind) \(Milliseconds.text(record.range)) \(record.outcome)")
                checker.ran(record)
            }
        }
        // An engine that answers at once is heard in the middle of the actions.
        depth -= 1
        if depth == 0, hasRecorded {
            hasRecorded = false
            readable = max(readable, machine.readsFrom)
        }
        armTimer()
    }

    private mutating func checkRead(_ range: SampleRange) {
        if range.start < readable {
            checker.fail(.journal, "\(Milliseconds.text(range)) is read, and only \(Milliseconds.text(SampleRange(readable, journalled))) is kept")
        }
    }

    private mutating func hear(_ fact: SessionFact) {
        switch fact {
        case .holdClient(let holds):
            note(holds ? "hold the client back" : "let the client go on")
            guard !holds, isHeld else { return }
            isHeld = false
            queue.add(.client, at: now)
        case .backfill(let backfill):
            note(
                "backfill channel \(backfill.channel.number) \(Milliseconds.text(backfill.range)) \(Trace.text(backfill.words)), by \(backfill.engine)"
            )
            checker.mended(backfill)
        case .evaluated(let evaluation): checker.evaluated(evaluation)
        case .engineFault(let engine, let error): note("fault of \(engine): \(String(describing: error))")
        case .engineLagged(let engine, let lag): note("\(engine) answers after \(lag)")
        }
    }

    private mutating func read() {
        guard let reads = scenario.client.reads else { return }
        unread = max(0, unread - Double(now - unreadAt) / 1_000_000 * Double(reads)) + 1
        unreadAt = now
        if unread > Self.maxUnread { queue.add(.close, at: now) }
    }

    private mutating func armTimer() {
        guard !machine.isEnded, let due = machine.nextPump(now: instant) else { return }
        // The time is rounded up: an early timer would find nothing to do, and would be set again.
        let at = max(now + 1, Self.microseconds(Instant.epoch.duration(to: due)) + 1)
        if let timer, timer.at <= at { return }
        timers += 1
        timer = (timers, at)
        queue.add(.timer(timers), at: at)
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

extension Instant {
    /// The start of every simulated session.
    static var epoch: Self { .start }
}

extension EngineError {
    /// True if the error would be the same at the next attempt.
    var isForGood: Bool {
        switch self {
        case .unauthorized, .quotaExhausted, .badRequest, .unsupportedLanguage: true
        case .undecodable, .rateLimited, .unavailable, .timedOut, .protocolViolation, .cancelled: false
        }
    }
}
