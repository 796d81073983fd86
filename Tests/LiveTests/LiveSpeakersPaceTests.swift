import Conversations
import Foundation
import HarkenTesting
import LocalEngine
import Net
import Observability
import Speakers
import Speech
import Synchronization
import Testing
import VoiceTracking

@Suite(.hangLimit) struct `Speakers of live speech` {
    /// One long word after the other, each by a voice.
    private struct Talk {
        let words: [(range: SampleRange, voice: Int)]
        /// What is heard; nil: a voice is a level.
        private var recorded: [Int16]?

        init(_ words: (start: Int64, count: Int, voice: Int)...) {
            self.words = words.map { (SampleRange(SampleIndex($0.start), count: SampleCount($0.count)), $0.voice) }
        }

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed), place: Int64 = 0
            words = (0..<60).map { _ in
                place += Int64.random(in: 0...24_000, using: &random)
                let range = SampleRange(SampleIndex(place), count: SampleCount(Int.random(in: 3_000...60_000, using: &random)))
                place = range.end.samples
                return (range, Int.random(in: 0..<3, using: &random))
            }
        }

        /// Recordings of one voice each, one after the other, in words of this many samples.
        init(_ recordings: [[Int16]], wordLength count: Int) {
            var words: [(range: SampleRange, voice: Int)] = [], samples: [Int16] = []
            for (voice, recording) in recordings.enumerated() {
                for start in stride(from: 0, through: recording.count - count, by: count) {
                    words.append((SampleRange(SampleIndex(samples.count), count: SampleCount(count)), voice))
                    samples += recording[start..<start + count]
                }
            }
            self.words = words
            recorded = samples
        }

        /// The samples of a range.
        func audio(_ range: SampleRange) -> [Int16] {
            if let recorded { return Array(recorded[Int(range.start.samples)..<Int(range.end.samples)]) }
            var samples = [Int16](repeating: 0, count: Int(range.count.samples))
            for word in words {
                let start = max(word.range.start, range.start), end = min(word.range.end, range.end)
                guard start < end else { continue }
                for index in Int((start - range.start).samples)..<Int((end - range.start).samples) {
                    samples[index] = Int16(1_000 * (word.voice + 1))
                }
            }
            return samples
        }
    }

    /// Ears that answer at once, or when they are told to: as the voice model that they have, else by levels.
    private final class HeldEars: Voiceprinting {
        let model = "levels", shortest = Duration.milliseconds(500)
        private let holds: Bool
        private let voices: (any Voiceprinting)?
        private let held = Mutex<[CheckedContinuation<Void, Never>]>([])
        private let answers = Mutex(0)

        var answerCount: Int? { answers.withLock { $0 } }

        init(holds: Bool, _ voices: (any Voiceprinting)? = nil) {
            self.holds = holds
            self.voices = voices
        }

        func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
            if holds { await withCheckedContinuation { continuation in held.withLock { $0.append(continuation) } } }
            if let voices { return try await voices.voiceprint(of: samples) }
            var direction: [Float] = [0, 0, 0]
            for sample in samples where sample > 0.02 { direction[min(2, Int((sample * 32.768).rounded()) - 1)] += 1 }
            return Voiceprint(direction, model: model)
        }

        /// Answers a question of somebody else.
        func answerOthers() { answers.withLock { $0 += 1 } }

        /// Answers one question of those that wait, whichever.
        func answer(by random: inout SeededGenerator) {
            held.withLock { $0.isEmpty ? nil : $0.remove(at: Int.random(in: 0..<$0.count, using: &random)) }?.resume()
        }
    }

    /// Returns the labels of all words.
    ///
    /// - Parameters:
    ///   - reads: how often audio is there; it is gone then.
    ///   - voices: the voice model; nil: voices are levels.
    private func labels(
        of talk: Talk, for purpose: LiveSpeakers.Purpose, late seed: UInt64?, reads: Int = .max, by voices: (any Voiceprinting)? = nil
    ) async throws -> [Int?] {
        let left = Mutex(reads)
        let group = try LoopGroup(count: 1), loop = group.loops[0], ears = HeldEars(holds: seed != nil, voices)
        defer { group.shutdown() }
        let said = SharedLabels(), isIdle = AtomicFlag()
        let made = await loop.run {
            LoopBound(
                LiveSpeakers(
                    ears, rule: SpeakerRule(), patience: .seconds(600), for: purpose, rate: .speech, loop: loop,
                    audio: { range in
                        let isThere = left.withLock { left in
                            left -= 1
                            return left >= 0
                        }
                        return isThere ? talk.audio(range) : nil
                    },
                    handOn: { spoken in said.labels.withLock { $0 += spoken.words.map { $0.speaker?.number } } }, heard: { _ in }), on: loop)
        }
        let bound = try #require(made)
        await loop.run {
            _ = bound.withValue { speakers in
                Self.say(talk, to: speakers)
                speakers.idle { isIdle.set() }
            }
        }
        var random = SeededGenerator(seed: seed ?? 0)
        try await until {
            if seed != nil { for _ in 0..<8 { ears.answer(by: &random) } }
            return isIdle.isSet
        }
        #expect(reads == .max || left.withLock { $0 } < 0, "no audio was missing")
        return said.labels.withLock { $0 }
    }

    /// Makes all words final.
    private static func say(_ talk: Talk, to speakers: LiveSpeakers) {
        speakers.know([])
        for word in talk.words {
            speakers.committed(.init(words: [Word("w", word.range, confidence: 1)], channel: .first, engine: .local))
            speakers.covered(through: word.range.end)
        }
    }

    private final class SharedLabels: Sendable {
        let labels = Mutex<[Int?]>([])
    }

    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels], TestMatrices.areWhole ? [UInt64(1), 2, 3] : [1])
    func `are the same when voices are heard late and out of order, as on a busy machine`(purpose: LiveSpeakers.Purpose, seed: UInt64) async throws {
        let talk = Talk(seed: seed)
        let atOnce = try await labels(of: talk, for: purpose, late: nil)
        #expect(atOnce.count == talk.words.count && Set(atOnce).count >= 3)
        for late in 1...2 { #expect(try await labels(of: talk, for: purpose, late: UInt64(late)) == atOnce) }
    }

    private static let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

    /// The samples of a recording of the models' cache: 16-bit mono at 16 kHz.
    private static func recording(_ name: String) throws -> [Int16] {
        let data = try Data(contentsOf: URL(filePath: models.path + "/test-audio/" + name)).dropFirst(44)
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 2).map { Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)) }
        }
    }

    /// Two people, without recognition: each word is 2.4 s of a recording. `scripts/play paced-finals` compares the labels of whole conversations.
    @Test(.needs(models.missing().isEmpty, "the models are not there: run `make setup`"))
    func `are the same by the voice model, alone and when two streams are heard late and out of order`() async throws {
        let model = try SpeakerEmbedder(Self.models, InferenceRuntime(path: Self.models.path(of: .runtime)))
        let recordings = try ["beckett.wav", "librivox/sense_and_sensibility_01_austen_64kb-0870.wav"].map { try Self.recording($0) }
        let talk = Talk(recordings, wordLength: 38_400)
        let alone = try await labels(of: talk, for: .labels, late: nil, by: model)
        #expect(alone.count == talk.words.count && Set(alone.compactMap { $0 }).count >= 2, "\(alone)")
        async let first = labels(of: talk, for: .labels, late: 1, by: model)
        async let second = labels(of: talk, for: .labels, late: 2, by: model)
        let late = try await [first, second]
        #expect(late == [alone, alone])
    }

    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels])
    func `tell a short turn of somebody new from the turns before and after it`(purpose: LiveSpeakers.Purpose) async throws {
        let talk = Talk((0, 64_000, 0), (72_000, 19_200, 1), (99_200, 64_000, 0))
        let labels = try await labels(of: talk, for: purpose, late: nil)
        let first = try #require(labels.first ?? nil)
        #expect(labels == [first, first + 1, first])
    }

    /// Audio of clips beyond the first thirty-two is read when their turn comes.
    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels])
    func `keep their labels, and let all words go on, when later audio is gone before it is read`(purpose: LiveSpeakers.Purpose) async throws {
        let talk = Talk(seed: 1)
        let whole = try await labels(of: talk, for: purpose, late: nil)
        let atOnce = try await labels(of: talk, for: purpose, late: nil, reads: 32)
        #expect(atOnce.count == talk.words.count && atOnce.prefix(20) == whole.prefix(20))
        for late in 1...2 { #expect(try await labels(of: talk, for: purpose, late: UInt64(late), reads: 32) == atOnce) }
    }

    /// Has an event of a session labelled, and returns the speakers of the words of each interim that is shown, in order.
    ///
    /// - Parameter isFinal: true if the words become final before their voice is known.
    private func interims(of talk: Talk, isFinal: Bool) async throws -> [[Int?]] {
        let group = try LoopGroup(count: 1), loop = group.loops[0], ears = HeldEars(holds: true)
        defer { group.shutdown() }
        let shown = Mutex<[[Int?]]>([]), finals = Mutex(0)
        let made = await loop.run {
            LoopBound(
                SpeakerLabeling(
                    ears, rule: SpeakerRule(), patience: .seconds(600), labelers: [], channels: 1, rate: .speech, loop: loop,
                    audio: { range, _ in talk.audio(range) },
                    deliver: { event in
                        switch event {
                        case .interim(let interim): shown.withLock { $0.append(interim.words.map { $0.speaker?.number }) }
                        case .commit: finals.withLock { $0 += 1 }
                        default: break
                        }
                    }), on: loop)
        }
        let bound = try #require(made), words = talk.words.map { Word("w", $0.range, confidence: 1) }
        let range = SampleRange(.zero, words[words.count - 1].range.end)
        await loop.run {
            bound.withValue { labeling in
                labeling.take(.interim(Hypothesis(range: range, words: words)))
                if isFinal { labeling.take(.commit(Commit(channel: .first, range: range, words: words, reason: .pause, engine: .local))) }
            }
        }
        #expect(shown.withLock { $0 } == [[nil]])
        var random = SeededGenerator(seed: 1)
        try await until {
            for _ in 0..<8 { ears.answer(by: &random) }
            return isFinal ? finals.withLock { $0 } == 1 : shown.withLock { $0.count } == 2
        }
        await loop.run {}
        return shown.withLock { $0 }
    }

    @Test func `are shown with the words before they are final, as soon as the voice is known`() async throws {
        #expect(try await interims(of: Talk((0, 48_000, 0)), isFinal: false) == [[nil], [0]])
    }

    @Test func `are not shown with words that have become final meanwhile`() async throws {
        #expect(try await interims(of: Talk((0, 48_000, 0)), isFinal: true) == [[nil]])
    }

    private final class Told: Sendable {
        let lateness = Mutex<[Bool]>([])
        let words = Mutex(0)
    }

    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels])
    func `tell when words have waited long for their voices, and when they wait no more`(purpose: LiveSpeakers.Purpose) async throws {
        try await waitingWords(purpose, patience: .seconds(600)) { ears, clock, told, loop in
            clock.advance(by: .milliseconds(2_999))
            await loop.run {}
            #expect(told.lateness.withLock { $0 } == [])
            clock.advance(by: .milliseconds(1))
            try await until { told.lateness.withLock { $0 } == [true] }
            #expect(told.words.withLock { $0 } == 0, "the words still wait")
            var random = SeededGenerator(seed: 1)
            try await until {
                ears.answer(by: &random)
                return told.words.withLock { $0 } == 2
            }
            try await until { told.lateness.withLock { $0 } == [true, false] }
        }
    }

    /// Two words whose voices are heard when the test says so.
    private func waitingWords(
        _ purpose: LiveSpeakers.Purpose, patience: Duration = .seconds(60), _ body: (HeldEars, HeldClock, Told, Loop) async throws -> Void
    ) async throws {
        let clock = HeldClock(), ears = HeldEars(holds: true)
        let group = try LoopGroup(count: 1, clock: { clock.now }), loop = group.loops[0]
        defer { group.shutdown() }
        clock.tell { loop.execute {} }
        let told = Told(), talk = Talk((0, 64_000, 0), (72_000, 64_000, 1))
        let made = await loop.run {
            LoopBound(
                LiveSpeakers(
                    ears, rule: SpeakerRule(), patience: patience, for: purpose, rate: .speech, loop: loop, audio: { talk.audio($0) },
                    wait: { areLate in told.lateness.withLock { $0.append(areLate) } },
                    handOn: { spoken in told.words.withLock { $0 += spoken.words.count } }, heard: { _ in }), on: loop)
        }
        let bound = try #require(made)
        await loop.run {
            _ = bound.withValue { Self.say(talk, to: $0) }
        }
        try await body(ears, clock, told, loop)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100 { ears.answer(by: &random) }
    }

    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels])
    func `wait for voices as long as the model answers others, and no longer than a minute for nothing`(purpose: LiveSpeakers.Purpose) async throws {
        try await waitingWords(purpose) { ears, clock, told, loop in
            for _ in 0..<3 {
                ears.answerOthers()
                clock.advance(by: .seconds(59))
                await loop.run {}
                #expect(told.words.withLock { $0 } == 0)
            }
            clock.advance(by: .seconds(2))
            await loop.run {}
            #expect(told.words.withLock { $0 } == 0)
            clock.advance(by: .seconds(60))
            try await until { told.words.withLock { $0 } == 2 }
        }
    }

    @Test func `wait for voices for five minutes at most`() async throws {
        try await waitingWords(.labels) { ears, clock, told, loop in
            for _ in 0..<5 {
                ears.answerOthers()
                clock.advance(by: .seconds(50))
                await loop.run {}
                #expect(told.words.withLock { $0 } == 0)
            }
            ears.answerOthers()
            clock.advance(by: .seconds(50))
            try await until { told.words.withLock { $0 } == 2 }
        }
    }
}
