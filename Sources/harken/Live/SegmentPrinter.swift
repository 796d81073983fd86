import Conversations
import Protocols
import Speech

/// Turns the events of a live conversation into text for a terminal, a file or a program. The returned text is to be written unchanged.
///
/// A segment is printed once it has settled: a later segment exists, and this one has not changed for a while. A segment whose words, times or
/// speaker change afterwards is printed again.
struct SegmentPrinter {
    /// Time without changes after which a segment has settled.
    static let settling: Duration = .seconds(3)
    /// Maximum number of terminal lines that are rewritten in place. Earlier segments wait without being shown.
    private static let maxLines = 5
    /// Maximum number of kept segments. Older segments are forgotten once they are printed, because the server does not change them either.
    private static let maxSegments = 500

    private struct Shown {
        var segment: Segment
        /// The time of the last change.
        var changed: Instant
        /// The segment as it was printed; nil: not printed yet.
        var printed: Segment?

        /// True if the segment was printed and its line is still right. A new name of its speaker is printed separately.
        var isPrinted: Bool {
            guard let printed else { return false }
            return printed.text == segment.text && printed.start == segment.start && printed.end == segment.end && printed.speaker == segment.speaker
        }
    }

    /// The style, which may change while the conversation runs, for example when a window is resized.
    var style: CaptionPrinter.Style
    /// The segments, in order of start.
    private var segments: [Shown] = []
    private var names = PrintedNames()
    /// Number of lines at the end of the terminal that are to be rewritten.
    private var drawn = 0

    init(_ style: CaptionPrinter.Style) { self.style = style }

    mutating func text(for events: ListenEvent, now: Instant) -> String {
        if style == .json { return Self.json(events) }
        var text = ""
        switch events {
        case .changed(let segments):
            names.learn(segments)
            for segment in segments { note(segment, now) }
        case .removed(let ids):
            let gone = Set(ids)
            segments.removeAll { gone.contains($0.segment.id) }
        case .suggested(let suggestion): names.learn(suggestion)
        case .labeled(let speaker, let label): names.learn(label, of: speaker)
        case .conversation:
            text = settled { _ in true }
            segments = []
            names = PrintedNames()
        case .processing, .completed: break
        }
        return replacing(with: text + timePassed(now))
    }

    /// Returns the text that is due at this time. Call it regularly.
    mutating func text(now: Instant) -> String {
        let settled = style == .json ? "" : timePassed(now)
        return settled.isEmpty ? "" : replacing(with: settled)
    }

    /// Returns everything that was not printed yet, because no further events come.
    mutating func end() -> String {
        style == .json ? "" : replacing(with: settled { _ in true } + renamed())
    }

    /// Labels of the printed speakers who have no name, as the gateway keeps their voices.
    var unnamed: [String] { names.unnamed }

    private mutating func note(_ segment: Segment, _ now: Instant) {
        if let index = segments.firstIndex(where: { $0.segment.id == segment.id }) {
            if segments[index].segment != segment { segments[index].changed = now }
            segments[index].segment = segment
        } else {
            segments.append(Shown(segment: segment, changed: now))
        }
        segments.sort { $0.segment.start < $1.segment.start }
    }

    private mutating func timePassed(_ now: Instant) -> String {
        let newest = segments.last?.segment.start ?? .zero
        let text = settled { $0.segment.start < newest && $0.changed + Self.settling <= now }
        let spare = segments.count - Self.maxSegments
        if spare > 0, segments.prefix(spare).allSatisfy(\.isPrinted) { segments.removeFirst(spare) }
        return text + renamed()
    }

    /// Returns the lines of settled segments, in order, up to the first segment that has not settled.
    private mutating func settled(_ hasSettled: (Shown) -> Bool) -> String {
        var text = ""
        for index in segments.indices where !segments[index].isPrinted {
            guard hasSettled(segments[index]) else { break }
            let segment = segments[index].segment
            segments[index].printed = segment
            let times = "[\(TimeText.precise(segment.start / .seconds(1))) → \(TimeText.precise(segment.end / .seconds(1)))] "
            text += times + names.print(segment.speaker) + TerminalText.safe(segment.text) + "\n"
        }
        return text
    }

    /// Returns a line for each speaker whose name has changed since it was printed.
    private mutating func renamed() -> String {
        names.renamed().map { "\($0.from) is \($0.to)\n" }.joined()
    }

    /// Returns `text` in place of the lines that may be rewritten, followed by the new version of these lines.
    private mutating func replacing(with text: String) -> String {
        guard case .terminal(let columns) = style else { return text }
        let changing = segments.filter { !$0.isPrinted }.suffix(Self.maxLines).map { shown in
            let times = "[\(TimeText.precise(shown.segment.start / .seconds(1))) → …] " + names.prefix(shown.segment.speaker)
            // At least half of the line is for words.
            let head = TerminalText.width(of: times) > columns / 2 ? "" : times
            return head + TerminalText.tail(TerminalText.safe(shown.segment.text), columns: columns - 1 - TerminalText.width(of: head))
        }
        let erased = drawn == 0 ? "" : "\r" + String(repeating: "\u{1B}[A", count: drawn - 1) + "\u{1B}[J"
        drawn = changing.count
        return erased + text + changing.joined(separator: "\n")
    }
}
