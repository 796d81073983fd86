import Conversations
import HarkenTesting
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

        /// The samples of a range: a voice is a level.
        func audio(_ range: SampleRange) -> [Int16] {
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

    /// Ears that answer at once, or when they are told to.
    private final class HeldEars: Voiceprinting {
        let model = "levels", shortest = Duration.milliseconds(500)
        private let holds: Bool
        private let held = Mutex<[CheckedContinuation<Void, Never>]>([])

        init(holds: Bool) { self.holds = holds }

        func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
            if holds { await withCheckedContinuation { continuation in held.withLock { $0.append(continuation) } } }
            var direction: [Float] = [0, 0, 0]
            for sample in samples where sample > 0.02 { direction[min(2, Int((sample * 32.768).rounded()) - 1)] += 1 }
            return Voiceprint(direction, model: model)
        }

        /// Answers one question of those that wait, whichever.
        func answer(by random: inout SeededGenerator) {
            held.withLock { $0.isEmpty ? nil : $0.remove(at: Int.random(in: 0..<$0.count, using: &random)) }?.resume()
        }
    }

    /// Returns the labels of all words.
    ///
    /// - Parameter reads: how often audio is there; it is gone then.
    private func labels(of talk: Talk, for purpose: LiveSpeakers.Purpose, late seed: UInt64?, reads: Int = .max) async throws -> [Int?] {
        let left = Mutex(reads)
        let group = try LoopGroup(count: 1), loop = group.loops[0], ears = HeldEars(holds: seed != nil)
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

    private final class Told: Sendable {
        let lateness = Mutex<[Bool]>([])
        let words = Mutex(0)
    }

    @Test(arguments: [LiveSpeakers.Purpose.conversation, .labels])
    func `tell when words have waited long for their voices, and when they wait no more`(purpose: LiveSpeakers.Purpose) async throws {
        let clock = HeldClock(), ears = HeldEars(holds: true)
        let group = try LoopGroup(count: 1, clock: { clock.now }), loop = group.loops[0]
        defer { group.shutdown() }
        clock.tell { loop.execute {} }
        let told = Told(), talk = Talk((0, 64_000, 0), (72_000, 64_000, 1))
        let made = await loop.run {
            LoopBound(
                LiveSpeakers(
                    ears, rule: SpeakerRule(), patience: .seconds(600), for: purpose, rate: .speech, loop: loop, audio: { talk.audio($0) },
                    wait: { areLate in told.lateness.withLock { $0.append(areLate) } },
                    handOn: { spoken in told.words.withLock { $0 += spoken.words.count } }, heard: { _ in }), on: loop)
        }
        let bound = try #require(made)
        await loop.run {
            _ = bound.withValue { Self.say(talk, to: $0) }
        }
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
