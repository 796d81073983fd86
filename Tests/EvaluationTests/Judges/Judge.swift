import Foundation
import HarkenTesting

/// Python libraries that count the same figures as Evaluation: `judge.py`, in the environment that `scripts/play --python judges` makes.
enum Judge {
    struct Words: Codable {
        var reference: [String]
        var hypothesis: [String]
    }

    struct Turn: Codable {
        var start: Double
        var end: Double
        var speaker: String

        init(_ speaker: String, _ start: Double, _ end: Double) { (self.speaker, self.start, self.end) = (speaker, start, end) }

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(start)
            try list.encode(end)
            try list.encode(speaker)
        }
    }

    struct Turns: Codable {
        var reference: [Turn]
        var hypothesis: [Turn]
        /// Seconds on each side of an edge.
        var collar: Double
    }

    struct Questions: Encodable {
        var words: [Words] = []
        var texts: [String] = []
        var turns: [Turns] = []
    }

    struct Answers: Decodable {
        struct Words: Decodable {
            var hits: Int
            var substitutions: Int
            var deletions: Int
            var insertions: Int
            var rate: Double
        }

        /// Seconds.
        struct Turns: Decodable {
            var missed: Double
            var false_alarm: Double
            var confused: Double
            var speech: Double
        }

        var words: [Words]
        var texts: [[String]]
        var turns: [Turns]
    }

    struct Failure: Error { var diagnostics: String }

    static func answers(to questions: Questions) throws -> Answers {
        let folder = TemporaryFolder()
        let file = try folder.write(JSONEncoder().encode(questions), as: "questions.json")
        let script = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }.appending(path: "Judges/judge.py").path
        let outcome = try ChildProcess.run([JudgesPython.path ?? "python3", "-B", script, file])
        guard outcome.status == 0 else { throw Failure(diagnostics: outcome.diagnostics) }
        return try JSONDecoder().decode(Answers.self, from: Data(outcome.output.utf8))
    }
}
