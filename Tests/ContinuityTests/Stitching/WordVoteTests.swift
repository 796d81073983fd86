import Continuity
import Foundation
import HarkenTesting
import Speech
import Testing

@Suite struct `A vote on words` {
    @Test func `takes what two of three engines heard`() {
        #expect(vote("the house is red", "the horse is red", "the house was red") == "the house is red")
    }

    @Test func `takes a word that most heard, and leaves out one that most did not hear`() {
        #expect(vote("we go home now", "we go home", "we go home now") == "we go home now")
        #expect(vote("we uh go", "we go", "we go") == "we go")
    }

    @Test func `lets confidence decide between two engines`() {
        let sure = spoken("the house", confidence: 0.9), unsure = spoken("the horse", confidence: 0.4)
        #expect(text(WordVote.words(of: [unsure, sure], rate: .speech)) == "the house")
        #expect(text(WordVote.words(of: [sure, unsure], rate: .speech)) == "the house")
    }

    @Test func `keeps a word that only an engine without confidences heard`() {
        let without = spoken("we go home", confidence: Word.unknownConfidence), with = spoken("we go", confidence: 0.9)
        #expect(text(WordVote.words(of: [with, without], rate: .speech)) == "we go home")
        #expect(text(WordVote.words(of: [without, with], rate: .speech)) == "we go home")
    }

    @Test func `counts words that are written, split and joined in different ways as the same`() {
        #expect(
            vote("I cannot pay 25 dollars", "I can not say twenty five dollars", "I can not pay twenty five collars") == "I cannot pay 25 dollars")
        #expect(vote("Yes, we can.", "yes we can", "yes he can") == "Yes, we can.")
    }

    @Test func `takes the whole of a last word of which another has heard only the beginning`() {
        #expect(vote("wait thirty", "Wait 35.") == "wait 35.")
        #expect(vote("thirty wait", "35 wait") == "thirty wait", "that was not cut")
    }

    @Test func `keeps repeated words apart by their times`() {
        #expect(vote("no no no stop", "no no no stop", "no no stop") == "no no no stop")
    }

    @Test func `gives a word the time in the middle of those who heard it, and words in order`() {
        let early = spoken("one two", shift: -100), late = spoken("one two", shift: 140), between = spoken("one two", shift: 20)
        let words = WordVote.words(of: [early, late, between], rate: .speech)
        #expect(words.map(\.range) == between.map(\.range))
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
    }

    @Test func `takes a single engine's words as they are, and nobody's as none`() {
        let words = spoken("just as it was")
        #expect(WordVote.words(of: [words], rate: .speech) == words)
        #expect(WordVote.words(of: [words, []], rate: .speech) == words)
        #expect(WordVote.words(of: [], rate: .speech) == [])
        #expect(WordVote.words(of: [[], [], words], rate: .speech) == [])
    }

    @Test(.enabled(if: !Transcripts.all.isEmpty, "the development recordings (../shared/audio) are not here"))
    func `is wrong less often than the best of three noisy engines, over the development transcripts`() {
        let noise: [(substituted: Double, left: Double, added: Double)] = [(0.06, 0.03, 0.02), (0.08, 0.02, 0.02), (0.05, 0.05, 0.03)]
        var errors = [0, 0, 0], voted = 0, said = 0
        var generator = SeededGenerator(seed: 4)
        for transcript in Transcripts.all {
            let truth = spoken(transcript)
            let heard = noise.map { garble(truth, substituted: $0.substituted, left: $0.left, added: $0.added, &generator) }
            said += truth.count
            for engine in heard.indices { errors[engine] += distance(heard[engine], truth) }
            voted += distance(WordVote.words(of: heard, rate: .speech), truth)
        }
        let best = errors.min() ?? 0
        print("word error rates of \(said) words: engines \(errors.map { rate($0, said) }), vote \(rate(voted, said))")
        #expect(said > 1_000)
        #expect(voted * 2 < best)
    }

    // MARK: -

    private func rate(_ errors: Int, _ words: Int) -> String { String(format: "%.2f %%", 100 * Double(errors) / Double(max(1, words))) }

    private func vote(_ texts: String...) -> String { text(WordVote.words(of: texts.map { spoken($0) }, rate: .speech)) }

    private func text(_ words: [Word]) -> String { words.map(\.text).joined(separator: " ") }

    /// A word each 300 ms, for each that is spoken.
    private func spoken(_ text: String, confidence: Float = 0.8, shift: Int = 0) -> [Word] {
        var next = 1_000 + shift
        return text.split(separator: " ").map { word in
            let start = SampleIndex(milliseconds: Int64(next), at: .speech)
            next += ["25", "cannot"].contains(word) ? 600 : 300
            return Word(String(word), SampleRange(start, count: SampleCount(.milliseconds(250), at: .speech)), confidence: confidence)
        }
    }

    /// What an engine makes of it: right words are mostly surer than wrong ones.
    private func garble(_ truth: [Word], substituted: Double, left: Double, added: Double, _ generator: inout SeededGenerator) -> [Word] {
        var heard: [Word] = []
        let others = ["the", "and", "house", "mother", "seven", "run", "it", "green"]
        for word in truth {
            var own = word
            let jitter = SampleCount(Int64.random(in: -1_600...1_600, using: &generator))
            own.range = own.range.shifted(by: jitter)
            own.confidence = Float.random(in: 0.55...1, using: &generator)
            let roll = Double.random(in: 0..<1, using: &generator)
            if roll < left { continue }
            if roll < left + substituted {
                own.text = others.randomElement(using: &generator) ?? "uh"
                own.confidence = Float.random(in: 0.3...0.85, using: &generator)
            }
            heard.append(own)
            if Double.random(in: 0..<1, using: &generator) < added {
                heard.append(Word("uh", SampleRange(own.range.end, own.range.end), confidence: Float.random(in: 0.3...0.7, using: &generator)))
            }
        }
        return heard
    }

    /// Words to change, leave out or add until they are the same.
    private func distance(_ heard: [Word], _ truth: [Word]) -> Int {
        let heard = heard.map(\.bare), truth = truth.map(\.bare)
        var row = Array(0...truth.count)
        for (index, word) in heard.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in truth.indices {
                let cost = min(diagonal + (word == truth[column] ? 0 : 1), row[column] + 1, row[column + 1] + 1)
                diagonal = row[column + 1]
                row[column + 1] = cost
            }
        }
        return row[truth.count]
    }
}

/// What is said in the development recordings.
private enum Transcripts {
    private struct Entry: Decodable {
        var kind: String
        var text: String?
    }

    static let all: [String] = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let manifest = package.deletingLastPathComponent().appending(path: "shared/audio/manifest.jsonl")
        guard let lines = try? String(contentsOf: manifest, encoding: .utf8) else { return [] }
        let entries = lines.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
        // As long as what is voted on at once.
        return entries.filter { $0.kind == "asr" }.compactMap(\.text).flatMap { text in
            let words = text.split(separator: " ")
            return stride(from: 0, to: words.count, by: 30).map { words[$0..<min($0 + 30, words.count)].joined(separator: " ") }
        }
    }()
}
