import Speech
import Synchronization

/// A line on a terminal that shows the progress of the work, rewritten in place. Prints nothing when the output is not a terminal.
final class ProgressLine: Sendable {
    private struct State {
        var isShown = false
        var next: Instant?
    }

    /// Minimum time between two updates.
    private static let interval = Duration.milliseconds(100)

    private let stream: StandardStream
    /// True if somebody sees the line.
    let isTerminal: Bool
    private let state = Mutex(State())

    init(in context: CommandContext) {
        stream = context.diagnostics
        isTerminal = stream.isTerminal && context.verbosity != .quiet
    }

    /// Shows `text`, unless another text was shown a moment ago.
    func show(_ text: @autoclosure () -> String, now: Instant = .now) {
        guard isTerminal else { return }
        state.withLock { state in
            if let next = state.next, now < next { return }
            state = State(isShown: true, next: now + Self.interval)
            stream.write("\r" + TerminalText.head(TerminalText.safe(text()), columns: stream.width - 1) + "\u{1B}[K")
        }
    }

    /// Removes the line, so that other text can be written.
    func clear() {
        state.withLock { state in
            if state.isShown { stream.write("\r\u{1B}[K") }
            state = State()
        }
    }

    /// Returns the text of work with bytes: `memories.tar  42 %  820 of 1955 MB`.
    ///
    /// - Parameter total: number of bytes in the end; nil when it is not known.
    static func text(_ work: String, bytes: Int, of total: Int?) -> String {
        guard let total else { return "\(work)  \(bytes / 1_000_000) MB" }
        return "\(work)  \(min(bytes, total) * 100 / max(1, total)) %  \(bytes / 1_000_000) of \(total / 1_000_000) MB"
    }

    /// Returns the line's text: `talk.mp3 42 % 01:23 of 03:10 12× real time 00:09 left`.
    static func text(file: String, done: Double, of length: Double?, elapsed: Double) -> String {
        var text = file
        if let length, length > 0 {
            let percent = Int(min(1, done / length) * 100)
            text += "  \(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0))\(percent) %  "
            text += "\(TimeText.clock(done)) of \(TimeText.clock(length))"
        } else {
            text += "  \(TimeText.clock(done))"
        }
        guard elapsed >= 1, done > 0 else { return text }
        text += "  \(Int((done / elapsed).rounded()))× real time"
        if let length, length > done { text += "  \(TimeText.clock((length - done) * elapsed / done)) left" }
        return text
    }
}
