import Foundation
import HarkenTesting
import LocalEngine
import Testing

/// The words of a reference or a result, for a rough comparison.
func plainWords(_ text: String) -> [Substring] {
    text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "'" }.split(separator: " ")
}

/// Words to insert, delete and replace, for each word of the reference.
func wordErrorRate(_ result: String, against reference: String) -> Double {
    let (a, b) = (plainWords(result), plainWords(reference))
    var row = Array(0...b.count)
    for (i, word) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let cost = min(diagonal + (word == b[j] ? 0 : 1), row[j] + 1, row[j + 1] + 1)
            diagonal = row[j + 1]
            row[j + 1] = cost
        }
    }
    return Double(row[b.count]) / Double(max(1, b.count))
}

@Suite(.needs(TestModels.areThere, TestModels.needed), .serialized) struct `Recogniser` {
    private static let loaded = Result {
        let folder = TestModels.folder
        return try Recognizer(folder, InferenceRuntime(path: folder.path(of: .runtime)))
    }

    private let samples: [Float]
    private let recognizer: Recognizer

    init() throws {
        recognizer = try Self.loaded.get()
        // The middle, in which all is said: of the whole recording the model says nothing, which is what second tries are for.
        samples = Array(try TestModels.samples(ofWAV: TestModels.recording("beckett.wav"))[1_600..<144_000])
    }

    @Test func `recognizes a known recording`() throws {
        let reference = try String(contentsOfFile: TestModels.recording("beckett.txt"), encoding: .utf8)
        let decoded = try recognizer.decode(samples.span)
        #expect(decoded.stop == .end)
        #expect(wordErrorRate(decoded.text, against: reference) < 0.1, "\(decoded.text)")
        #expect(decoded.words.allSatisfy { (0...1).contains($0.confidence) })
        #expect(decoded.words.last?.tokens.upperBound == decoded.tokens.count)
    }

    @Test(arguments: [1, 4, 9])
    func `a forced prefix gives the same text`(length: Int) throws {
        let free = try recognizer.decode(samples.span)
        let forced = try recognizer.decode(samples.span, prefix: free.tokens.prefix(length).map(\.token))
        #expect(forced.tokens.map(\.token) == free.tokens.map(\.token))
        // Tokens that go in together share the scale of their 8-bit activations, so the scores differ a little.
        #expect(zip(forced.tokens, free.tokens).allSatisfy { abs($0.logProbability - $1.logProbability) < 0.2 })
    }

    @Test(arguments: [(4, 0), (9, 0), (1_000, 0), (9, 3), (0, 3)])
    func `a draft gives the same words in fewer steps`(right: Int, wrong: Int) throws {
        let free = try recognizer.decode(samples.span)
        let begin = free.tokens.prefix(right).map(\.token)
        var steps = 0
        let drafted = try recognizer.decode(samples.span, draft: begin + Array(repeating: Token(1_000), count: wrong)) {
            steps += 1
            return true
        }
        // Near ties may fall otherwise, because tokens that go in together share the scale of their 8-bit activations: marks may differ, and the draft
        // ends there.
        #expect(wordErrorRate(drafted.text, against: free.text) < 0.1, "\(drafted.text)")
        // Without a draft, each token takes a step, and so does the end.
        #expect(right == 0 ? steps == drafted.tokens.count + 1 : steps <= drafted.tokens.count)
    }

    @Test func `stops between tokens when it may not continue`() throws {
        var steps = 0
        let decoded = try recognizer.decode(samples.span) {
            steps += 1
            return steps <= 3
        }
        #expect(decoded.stop == .cancelled)
        #expect(decoded.tokens.count == 3)
        let nothing = try recognizer.decode(samples.span, mayContinue: { false })
        #expect(nothing.tokens.isEmpty && nothing.stop == .cancelled)
    }

    @Test func `silence and audio of no length give no words`() throws {
        for count in [32_000, 400, 0] {
            let decoded = try recognizer.decode([Float](repeating: 0, count: count).span)
            #expect(decoded.words.isEmpty, "\(count) samples")
        }
    }

    @Test func `a prefix of nonsense tokens does no harm`() throws {
        let decoded = try recognizer.decode(samples.span, prefix: [Token(-1), Token(2), Token(1_000_000)])
        let free = try recognizer.decode(samples.span)
        #expect(decoded.tokens == free.tokens)
    }
}
