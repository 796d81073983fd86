import Framing
import Recorder
import Speech

/// Shows the progress of a recording: a status line and notices on the terminal, and with `--json` an object for each event.
struct RecorderScreen {
    private let context: CommandContext
    private let json: Bool
    private let progress: ProgressLine

    init(_ context: CommandContext, json: Bool) {
        self.context = context
        self.json = json
        progress = ProgressLine(in: context)
    }

    mutating func show(_ status: RecorderStatus) { progress.show(status.line) }

    mutating func show(_ events: RecorderEvent) {
        if json { context.output.writeLine(events.json) }
        if case .finished(let id, let title) = events, !json {
            progress.clear()
            context.output.writeLine(TerminalText.safe("conversation \(id)" + (title.map { ": " + $0 } ?? "")))
            return
        }
        guard let words = events.words else { return }
        if case .failed = events {
            progress.clear()
            context.printError(Record.description, TerminalText.safe(words))
        } else {
            say(words)
        }
    }

    /// Writes a line for the user.
    mutating func say(_ words: String) {
        progress.clear()
        context.note("harken record: " + TerminalText.safe(words))
    }

    mutating func end(_ status: RecorderStatus, folder: String) {
        progress.clear()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("type", "end")
            writer.member("waiting", status.waiting)
            writer.member("refused", status.held)
            writer.endObject()
            context.output.writeLine(writer.text)
        }
        guard status.waiting > 0 else { return }
        say(
            "\(status.waiting) chunks (\(TimeText.clock(status.waitingTime / .seconds(1)))) wait in \(folder); "
                + "they are sent when you record again, or with: harken record --send")
    }
}
