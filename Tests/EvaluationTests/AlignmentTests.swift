@testable import Evaluation
import Testing

struct AlignmentTests {
    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test("counts what was replaced, left out and put in")
    func counts() {
        let errors = TextAlignment(reference: words("the cat sat on the mat"), hypothesis: words("the bat sat the mat now")).errors
        #expect(errors.matches == 4)
        #expect((errors.substitutions, errors.deletions, errors.insertions) == (1, 1, 1))
        #expect(errors.rate == 0.5)
    }

    @Test("an empty reference is met by nothing only")
    func empty() {
        #expect(TextAlignment(reference: [], hypothesis: []).errors.rate == 0)
        #expect(TextAlignment(reference: [], hypothesis: ["word"]).errors.rate == 1)
        #expect(TextAlignment(reference: ["word"], hypothesis: []).errors.rate == 1)
    }

    @Test("costs of long texts are those of the plain recurrence, and every word has its step once", arguments: 1...6)
    func long(seed: UInt64) {
        var source = SeededSource(seed: seed)
        // Long enough to be cut in pieces: their table would have more than a million fields.
        let reference = (0..<1_400).map { _ in String(Int.random(in: 0..<40, using: &source)) }
        var hypothesis: [String] = []
        for word in reference {
            switch Int.random(in: 0..<10, using: &source) {
            case 0: continue
            case 1: hypothesis += [word, "extra"]
            case 2: hypothesis.append("other")
            default: hypothesis.append(word)
            }
        }
        let alignment = TextAlignment(reference: reference, hypothesis: hypothesis)
        #expect(alignment.errors.errors == distance(reference, hypothesis))
        var (said, heard): ([Int], [Int]) = ([], [])
        for step in alignment.steps {
            switch step {
            case .match(let one, let other):
                #expect(reference[one] == hypothesis[other])
                said.append(one)
                heard.append(other)
            case .substitution(let one, let other):
                said.append(one)
                heard.append(other)
            case .deletion(let one): said.append(one)
            case .insertion(let other): heard.append(other)
            }
        }
        #expect(said == Array(reference.indices))
        #expect(heard == Array(hypothesis.indices))
    }

    private func distance(_ one: [String], _ other: [String]) -> Int {
        var row = Array(0...other.count)
        for (index, word) in one.enumerated() {
            var next = [index + 1]
            for column in other.indices {
                next.append(min(row[column] + (word == other[column] ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return row[other.count]
    }
}
