import Audio
import Foundation
import LocalEngine
import Speech

/// Recognises recordings with lists of key terms: JSON objects on standard input, one a line, each with a file and lists of terms. Prints one JSON object a
/// line with the text without terms, and for each list the text with the terms and what was changed.
///
///     bench-keyterms < RECORDINGS
@main struct BenchKeyTerms {
    struct Order: Codable {
        var file: String
        var lists: [[String]]
    }

    struct Line: Codable {
        var file: String
        /// The text without key terms, then the text of each list.
        var texts: [String] = []
        /// For each list: what was heard, and the term, one after another.
        var changes: [[String]] = []
        var audio = 0.0
        /// CPU seconds for encoder and decoder, and for all second looks.
        var recognition = 0.0
        var looks = 0.0
    }

    static func main() async throws {
        let engine = LocalEngine(ModelFolder(environment: ProcessInfo.processInfo.environment), pool: 1)
        let models = try await engine.models().model
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        while let line = readLine() {
            let order = try JSONDecoder().decode(Order.self, from: Data(line.utf8))
            try print(String(decoding: encoder.encode(recognize(order, models)), as: UTF8.self))
        }
    }

    private static func recognize(_ order: Order, _ models: LocalModels) throws -> Line {
        let compiled = order.lists.map { models.keyTerms.compile($0) }
        let reader = try RecordingReader(InProcessTurn(Recording(path: order.file)), separateChannels: false, models.voiceActivity)
        var line = Line(file: order.file)
        var texts = [[String]](repeating: [], count: compiled.count + 1)
        line.changes = compiled.map { _ in [] }
        var isEnd = false
        while !isEnd {
            let batch = try reader.next(limit: WindowPlanner.longest, mayContinue: { true })
            isEnd = batch.isEnd
            for item in batch.items {
                let start = cpuSeconds()
                guard let heard = try models.recognizer.hear(item.samples.span, keepsScores: true) else { continue }
                let middle = cpuSeconds()
                line.recognition += middle - start
                texts[0].append(heard.decoded.text)
                for (index, terms) in compiled.enumerated() {
                    let decoded = try models.recognizer.lookAgain(at: heard, KeyTermLook(terms))
                    texts[index + 1].append(decoded.text)
                    for word in decoded.words { if let mark = word.mark { line.changes[index] += [mark.heard, word.text] } }
                }
                line.looks += cpuSeconds() - middle
            }
        }
        line.texts = texts.map { $0.filter { !$0.isEmpty }.joined(separator: " ") }
        line.audio = reader.decodedLength.seconds(at: .speech)
        return line
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
