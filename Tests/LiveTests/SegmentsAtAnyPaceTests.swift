import Conversations
import HarkenTesting
@testable import Live
import Net
import Observability
import Speech
import Testing

/// What the conversation of `/listen` makes of one talk, whose words an engine decides at known positions in the audio.
@Suite(.hangLimit) struct `Segments of a talk` {
    private struct Said {
        let text: String
        let range: SampleRange
        /// The position in the audio at which the words are decided.
        let decided: SampleIndex
        let voice: Int

        init(_ text: String, _ start: Double, _ end: Double, decided: Double, by voice: Int) {
            self.text = text
            range = SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
            self.decided = SampleIndex(seconds: decided, at: .speech)
            self.voice = voice
        }
    }

    /// Short words are nearer to what follows them. What follows "yes" is decided in time to count, what follows "no" is not, and behind "oh" there is
    /// silence.
    private static let talk = [
        Said("one", 0, 4, decided: 4.9, by: 0), Said("yes", 8, 8.4, decided: 9.2, by: 1), Said("two", 9.4, 11.5, decided: 12.1, by: 1),
        Said("no", 15, 15.4, decided: 16.2, by: 0), Said("three", 16.4, 24.4, decided: 25.3, by: 0), Said("oh", 29, 29.4, decided: 30.2, by: 1),
        Said("four", 38, 40, decided: 41, by: 1),
    ]
    private static let end = SampleIndex(seconds: 43, at: .speech)
    private static let step = SampleCount(1_600)

    private enum Decision: Sendable {
        case through(SampleIndex)
        case final(Word)
        case silence(through: SampleIndex)
    }

    /// The decisions in order, each with its position.
    private static let decisions: [(at: SampleIndex, Decision)] = {
        var decisions: [(at: SampleIndex, Decision)] = []
        for said in talk {
            decisions.append((said.decided, .through(said.decided)))
            decisions.append((said.decided, .final(Word(said.text, said.range, confidence: 1))))
        }
        let covered = SampleIndex(seconds: 36, at: .speech)
        decisions.append((covered, .silence(through: SampleIndex(seconds: 35, at: .speech))))
        for place in stride(from: 8_000, through: end.samples, by: 8_000) {
            decisions.append((SampleIndex(place), .through(SampleIndex(place))))
        }
        return decisions.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }()

    /// The audio: a voice is a sign. The silence before a word has the word's sign too, so that each clip has one voice.
    private static func audio(_ range: SampleRange) -> [Int16] {
        (range.start.samples..<range.end.samples).map { place in
            let voice = talk.first { $0.range.end.samples > place }?.voice ?? 0
            return voice == 0 ? 8_000 : -8_000
        }
    }

    private static func take(_ decision: Decision, _ conversation: LiveConversation) {
        switch decision {
        case .through(let position): conversation.decided(through: position)
        case .final(let word):
            conversation.committed([word], in: .first, by: .local, model: nil)
            conversation.covered(through: word.range.end)
        case .silence(let end): conversation.covered(through: end)
        }
    }

    enum Pace: CaseIterable {
        case realTime, eightTimes
        /// All audio comes at once; the engine decides at once.
        case burst
        /// All audio comes at once; the engine takes ten seconds for each final.
        case burstToBusyEngine
    }

    private struct Shown: Equatable {
        var text: String
        var speaker: SpeakerNumber?
        var start: Duration
        var end: Duration
    }

    /// Returns the segments that the client has at the end.
    private func segments(at pace: Pace) async throws -> [Shown] {
        let clock = HeldClock()
        var shown: [Shown] = []
        try await WaitingConversation.with(clock: { clock.now }, audio: Self.audio) { waiting in
            clock.tell { [loop = waiting.loop] in loop.execute {} }
            await waiting.run { $0.hear(.found(nil, last: nil, nil)) }
            switch pace {
            case .realTime: try await play(to: waiting, every: .milliseconds(100), by: clock)
            case .eightTimes: try await play(to: waiting, every: .microseconds(12_500), by: clock)
            case .burst: try await play(to: waiting, eachFinalTakes: .zero, by: clock)
            case .burstToBusyEngine: try await play(to: waiting, eachFinalTakes: .seconds(10), by: clock)
            }
            let isSettled = AtomicFlag()
            await waiting.run { conversation in conversation.settled { isSettled.set() } }
            try await until { isSettled.isSet }
            shown = Self.last(of: waiting.told)
        }
        return shown
    }

    private static func keep(_ range: SampleRange, _ conversation: LiveConversation) {
        [UInt8](repeating: 0, count: 2 * Int(range.count.samples)).withUnsafeBytes { conversation.keep($0, range) }
    }

    private func play(to waiting: WaitingConversation, every time: Duration, by clock: HeldClock) async throws {
        var next = 0, place = SampleIndex.zero
        while place < Self.end {
            let range = SampleRange(place, count: Self.step)
            let due = Self.decisions[next...].prefix { $0.at <= range.end }.map(\.1)
            await waiting.run { conversation in
                Self.keep(range, conversation)
                for decision in due { Self.take(decision, conversation) }
            }
            next += due.count
            place = range.end
            clock.advance(by: time)
        }
    }

    private func play(to waiting: WaitingConversation, eachFinalTakes time: Duration, by clock: HeldClock) async throws {
        await waiting.run { Self.keep(SampleRange(.zero, Self.end), $0) }
        for (_, decision) in Self.decisions {
            if case .final = decision { clock.advance(by: time) }
            await waiting.run { Self.take(decision, $0) }
        }
    }

    private static func last(of events: [ConversationEvent]) -> [Shown] {
        var segments: [ID<Segment>: Segment] = [:]
        for event in events {
            switch event {
            case .changed(let changed): for segment in changed { segments[segment.id] = segment }
            case .removed(let ids): for id in ids { segments[id] = nil }
            case .last, .began, .suggested, .labeled, .unknownPerson, .processing, .completed: continue
            }
        }
        return segments.values.sorted { $0.start < $1.start }.map { Shown(text: $0.text, speaker: $0.speaker, start: $0.start, end: $0.end) }
    }

    @Test func `are the same in real time, eight times as fast and in one burst`() async throws {
        let first = try await segments(at: .realTime)
        var speakers: [SpeakerNumber?] = []
        for segment in first {
            for _ in segment.text.split(separator: " ") { speakers.append(segment.speaker) }
        }
        try #require(speakers.count == Self.talk.count)
        let one = try #require(speakers[0]), two = try #require(speakers[2])
        #expect(one != two)
        // "yes" goes with what follows, "no" and "oh" with what was before.
        #expect(speakers == [one, two, two, two, one, one, two])
        for pace in Pace.allCases { #expect(try await segments(at: pace) == first, "\(pace)") }
    }
}
