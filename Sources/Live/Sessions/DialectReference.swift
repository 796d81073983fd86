internal import Conversations
internal import Protocols
internal import Speech

/// The dialect of one live session, by reference: calls change the machine in place, and each capability of the dialect is a reference to the one
/// machine.
// Sendable by proof: the reference belongs to its session, and is used on the session's loop only.
final class DialectReference<Machine: LiveServerMachine>: LiveServerMachine, @unchecked Sendable {
    private var machine: Machine

    init(_ machine: Machine) { self.machine = machine }

    var request: LiveRequest { machine.request }

    var deadline: Instant? { Self.deadline(of: &machine) }

    /// Returns the deadline. The machine is `inout`, because reading the property would copy the whole machine.
    private static func deadline(of machine: inout Machine) -> Instant? { machine.deadline }

    func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) { machine.opened(start, now: now, output: &output) }

    func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        machine.receivedBinary(message, now: now, output: &output)
    }

    func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) { machine.receivedText(text, now: now, output: &output) }

    func clientIsHeld(now: Instant) { machine.clientIsHeld(now: now) }

    func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) { machine.session(event, now: now, output: &output) }

    func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) { machine.account(notice, now: now, output: &output) }

    func ignores(_ names: [String], now: Instant, output: inout ServerOutput) { machine.ignores(names, now: now, output: &output) }

    func served(by engine: TurnPart.Engine, ignoring names: [String], now: Instant, output: inout ServerOutput) {
        machine.served(by: engine, ignoring: names, now: now, output: &output)
    }

    func named(_ model: EngineModel, now: Instant, output: inout ServerOutput) { machine.named(model, now: now, output: &output) }

    func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) { machine.noticed(notice, now: now, output: &output) }

    func finalsAreLate(now: Instant, output: inout ServerOutput) { machine.finalsAreLate(now: now, output: &output) }

    func finalsBecame(late isLate: Bool, now: Instant, output: inout ServerOutput) {
        machine.finalsBecame(late: isLate, now: now, output: &output)
    }

    func drain(now: Instant, output: inout ServerOutput) { machine.drain(now: now, output: &output) }

    func timePassed(now: Instant, output: inout ServerOutput) { machine.timePassed(now: now, output: &output) }
}

extension DialectReference: ResumableDialect where Machine: ResumableDialect {
    var resume: LiveResume? { machine.resume }

    var waitsForClient: Bool { machine.waitsForClient }

    var predecessor: ID<Session>? { machine.predecessor }

    var keptAudio: Duration? { machine.keptAudio }

    var keptStart: SampleIndex? { machine.keptStart }

    func takeOver(_ session: ID<Session>, at start: SampleIndex) { machine.takeOver(session, at: start) }

    func durable(through end: SampleIndex, heard: SampleIndex?, now: Instant, output: inout ServerOutput) {
        machine.durable(through: end, heard: heard, now: now, output: &output)
    }

    func storage(isFull: Bool, now: Instant, output: inout ServerOutput) { machine.storage(isFull: isFull, now: now, output: &output) }

    func clientLost(now: Instant) { machine.clientLost(now: now) }

    func clientReturned(_ resume: LiveResume, received: SampleIndex, now: Instant, output: inout ServerOutput) {
        machine.clientReturned(resume, received: received, now: now, output: &output)
    }

    func resumeFailed(_ error: ResumeError, output: inout ServerOutput) { machine.resumeFailed(error, output: &output) }
}

extension DialectReference: ConversationDialect where Machine: ConversationDialect {
    var conversation: ConversationRequest? { machine.conversation }

    var preferredEngine: EngineName? { machine.preferredEngine }

    var creditWarnings: [Duration] { machine.creditWarnings }

    func adopt(_ choices: UserChoices) { machine.adopt(choices) }

    func served(by engine: EngineName) { machine.served(by: engine) }

    func conversation(_ event: ConversationEvent, now: Instant, output: inout ServerOutput) {
        machine.conversation(event, now: now, output: &output)
    }
}
