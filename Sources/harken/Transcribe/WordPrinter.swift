import Speech
import Synchronization

/// Words of a recording on a terminal, written as they are recognized.
final class WordPrinter: Sendable {
    private let output: StandardStream
    /// The file's name, if there are several files; nil: no heading.
    private let heading: String?
    /// The end of the line so far; nil: no word was shown.
    private let last = Mutex<String?>(nil)

    init(on output: StandardStream, heading: String?) {
        self.output = output
        self.heading = heading
    }

    var hasBegun: Bool { last.withLock { $0 != nil } }

    func show(_ words: [Word]) {
        guard let first = words.first else { return }
        let text = TerminalText.safe(words.text)
        last.withLock { last in
            if last == nil, let heading { output.write("==> \(TerminalText.safe(heading)) <==\n") }
            let hasBlank = last.map { first.blankBefore ?? WordSpacing.needsBlank($0, text) } ?? false
            output.write((hasBlank ? " " : "") + text)
            last = text
        }
    }

    /// Ends the line. Returns false when no word was shown.
    func end() -> Bool {
        last.withLock { last in
            if last != nil { output.write("\n") }
            return last != nil
        }
    }
}
