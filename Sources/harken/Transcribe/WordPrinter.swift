import Protocols
import Speech
import Synchronization

/// Words of a recording on a terminal, written as they are recognized, with one line per paragraph.
final class WordPrinter: Sendable {
    private let output: StandardStream
    /// The file's name, if there are several files; nil: no heading.
    private let heading: String?
    /// True if each line begins with its time.
    private let hasTimes: Bool
    /// The words of the last line so far; empty: no word was shown.
    private let line = Mutex<[Word]>([])

    init(on output: StandardStream, heading: String?, hasTimes: Bool) {
        self.output = output
        self.heading = heading
        self.hasTimes = hasTimes
    }

    var hasBegun: Bool { line.withLock { !$0.isEmpty } }

    /// Shows the next words.
    ///
    /// - Parameter rate: rate of the words' places.
    func show(_ words: [Word], at rate: SampleRate) {
        guard !words.isEmpty else { return }
        line.withLock { line in
            if line.isEmpty, let heading { output.write("==> \(TerminalText.safe(heading)) <==\n") }
            let all = line + words
            // A paragraph that ends among words that are on the screen already ends behind them. The first one begins nothing.
            let starts = Set(Paragraphs.split(all, rate: rate).dropFirst().compactMap { $0.first.map { max($0.lowerBound, line.count) } }).sorted()
            var next = line.count
            for end in starts + [all.count] {
                if end > next { write(all[next..<end], after: starts.contains(next) ? nil : line.last, rate) }
                if end < all.count { output.write("\n") }
                next = end
            }
            line = Array(all[(starts.last ?? 0)...])
        }
    }

    /// - Parameter last: the word before them in their line; nil: they begin it.
    private func write(_ words: ArraySlice<Word>, after last: Word?, _ rate: SampleRate) {
        guard let first = words.first else { return }
        let text = TerminalText.safe(words.text)
        if let last {
            output.write((first.blankBefore ?? WordSpacing.needsBlank(last.text, text) ? " " : "") + text)
        } else {
            let time = hasTimes ? ConversationDocument.timeMark((first.range.start - .zero).duration(at: rate)) : ""
            output.write(time + text)
        }
    }

    /// Ends the line. Returns false when no word was shown.
    func end() -> Bool {
        line.withLock { line in
            if !line.isEmpty { output.write("\n") }
            return !line.isEmpty
        }
    }
}
