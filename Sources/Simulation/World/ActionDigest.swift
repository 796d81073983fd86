import Continuity
import Speech

/// A hash of a session's actions in their order, with the time of each. The value is the same in every process and on every machine.
///
/// Names of types and cases do not go into the hash, so a digest stays equal when these are renamed.
struct ActionDigest: Sendable {
    /// FNV-1a, by words of 64 bits.
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Adds an action, and the time at which the machine asked for it, in microseconds.
    mutating func add(_ action: SessionAction, at time: Int64) {
        add(time)
        switch action {
        case .open(let leg): add(1, leg.number)
        case .replay(let leg, let range):
            add(2, leg.number)
            add(range)
        case .command(let leg, let command):
            add(3, leg.number)
            add("\(command)")
        case .discard(let leg): add(4, leg.number)
        case .record(let commit, let turn):
            add(5, turn)
            add(commit)
        case .emit(let event):
            add(6)
            add(event)
        case .repair(let repair):
            add(8, repair.id.number, repair.channel.number)
            add(repair.engine.rawValue)
            add(repair.range)
            add(repair.deadline.map { Instant.epoch.duration(to: $0) })
        case .cancelRepair(let id): add(9, id.number)
        case .listen(let leg, let channels, let range):
            add(12, leg.number, channels.lowerBound, channels.upperBound)
            add(range)
        case .report(let fact): add(fact)
        case .ran(let record): add(record)
        }
    }

    private mutating func add(_ fact: SessionFact) {
        switch fact {
        case .holdClient(let holds): add(7, holds ? 1 : 0)
        case .backfill(let backfill):
            add(10, backfill.channel.number)
            add(backfill.range)
            add(backfill.words)
            add(backfill.engine.rawValue)
        case .evaluated(let evaluation): add(evaluation)
        case .engineFault(let engine, let error):
            add(13)
            add(engine.rawValue)
            add(String(describing: error))
        case .engineLagged(let engine, let lag):
            add(14)
            add(engine.rawValue)
            add(lag)
        }
    }

    private mutating func add(_ record: AttemptRecord) {
        switch record.kind {
        case .leg(let leg): add(15, leg.number)
        case .repair(let repair): add(16, repair.number)
        case .shadow(let leg): add(17, leg.number)
        }
        add(record.engine.rawValue)
        add(record.channels.lowerBound, record.channels.upperBound)
        add(record.range)
        if case .givenUp(let reason) = record.outcome { add(reason.rawValue) } else { add("\(record.outcome)") }
        for duration in [record.accepted, record.firstAnswer, record.slowest, record.duration] { add(duration) }
    }

    private mutating func add(_ evaluation: Evaluation) {
        add(11, evaluation.words, evaluation.substituted, evaluation.missing, evaluation.added)
        add(evaluation.compared.samples)
        for engine in [evaluation.engine] + evaluation.committedBy { add(engine.rawValue) }
        for piece in evaluation.pieces {
            add(piece.range)
            add(piece.committed)
            add(piece.shadow)
        }
    }

    private mutating func add(_ event: SessionEvent) {
        switch event {
        case .ready: add(1)
        case .speechStarted(let channel, let at):
            add(2, channel.number)
            add(at.samples)
        case .interim(let hypothesis):
            add(3, hypothesis.channel.number, hypothesis.stableWords)
            add(hypothesis.range)
            add(hypothesis.words)
        case .commit(let commit):
            add(4)
            add(commit)
        case .turnEnded(let channel, let at):
            add(5, channel.number)
            add(at.samples)
        case .flushed(let channel): add(6, channel.number)
        case .gap(let channel, let range, let error):
            add(7, channel.number)
            add(range)
            add(String(describing: error))
        case .ended(let end):
            add(8)
            add(end.received.samples)
            add(end.error.map { String(describing: $0) } ?? "")
        }
    }

    private mutating func add(_ commit: Commit) {
        add(commit.channel.number)
        add(commit.range)
        add(commit.words)
        add("\(commit.reason)")
        add(commit.engine.rawValue)
    }

    private mutating func add(_ words: [Word]) {
        add(words.count)
        for word in words {
            add(word.text)
            add(word.range)
            add(Int64(word.confidence.bitPattern))
            add(word.speaker?.number ?? -1)
        }
    }

    private mutating func add(_ range: SampleRange) {
        add(range.start.samples)
        add(range.end.samples)
    }

    private mutating func add(_ duration: Duration?) {
        guard let duration else { return add(-1) }
        add(duration.components.seconds)
        add(duration.components.attoseconds)
    }

    private mutating func add(_ text: String) {
        for byte in text.utf8 { mix(UInt64(byte)) }
        add(text.utf8.count)
    }

    private mutating func add(_ numbers: Int...) { for number in numbers { add(Int64(number)) } }

    private mutating func add(_ number: Int64) {
        // The high bits, too, have an effect on the low ones.
        mix(UInt64(bitPattern: number))
        value ^= value >> 32
    }

    private mutating func mix(_ bits: UInt64) { value = (value ^ bits) &* 0x0000_0100_0000_01b3 }
}
