import Speech
import Synchronization

/// Words of a recording on a terminal, written as they are recognized.
final class WordPrinter: Sendable {
    private let output: StandardStream
    /// The file's name, if there are several files; nil: no heading.
    private let heading: String?
    private let begun = Mutex(false)

    init(on output: StandardStream, heading: String?) {
        self.output = output
        self.heading = heading
    }

    var hasBegun: Bool { begun.withLock { $0 } }

    func show(_ words: [Word]) {
        guard !words.isEmpty else { return }
        let text = TerminalText.safe(words.map(\.text).joined(separator: " "))
        begun.withLock { begun in
            if !begun, let heading { output.write("==> \(TerminalText.safe(heading)) <==\n") }
            output.write((begun ? " " : "") + text)
            begun = true
        }
    }

    /// Ends the line. Returns false when no word was shown.
    func end() -> Bool {
        begun.withLock { begun in
            if begun { output.write("\n") }
            return begun
        }
    }
}
