import Conversations
import Protocols
import Speech

/// Turns what a live conversation says into what a terminal, a file or a program reads. Decides only; what it returns is to be written as it is.
///
/// A segment is printed once it has settled: another one that began after it is there, and it has not changed for a while. One whose words, times or
/// speaker change after that is printed again.
struct SegmentPrinter {
    /// How long a segment has not changed when it has settled.
    static let settling: Duration = .seconds(3)
    /// Lines of a terminal that may be rewritten in place; earlier segments wait without being shown.
    private static let maxLines = 5
    /// Older ones are forgotten once they were printed; the server tells no changes of older ones either.
    private static let maxSegments = 500

    private struct Shown {
        var segment: Segment
        /// When it changed last.
        var changed: Instant
        /// As it was printed; nil: not yet.
        var printed: Segment?

        /// Whether nothing of it has changed that its own line says. What its speaker is called is told apart.
        var isPrinted: Bool {
            guard let printed else { return false }
            return printed.text == segment.text && printed.start == segment.start && printed.end == segment.end && printed.speaker == segment.speaker
        }
    }

    /// May change while the conversation runs, as a window does.
    var style: CaptionPrinter.Style
    /// In order of start.
    private var segments: [Shown] = []
    private var names = HeardNames()
    /// Lines at the end of the terminal that are to be rewritten.
    private var drawn = 0

    init(_ style: CaptionPrinter.Style) { self.style = style }

    mutating func text(for news: ListenEvent, now: Instant) -> String {
        if style == .json { return Self.json(news) }
        var text = ""
        switch news {
        case .changed(let segments):
            names.learn(segments)
            for segment in segments { note(segment, now) }
        case .removed(let ids):
            let gone = Set(ids)
            segments.removeAll { gone.contains($0.segment.id) }
        case .suggested(let suggestion): names.learn(suggestion)
        case .conversation:
            text = settled { _ in true }
            segments = []
            names = HeardNames()
        case .processing, .completed: break
        }
        return replacing(with: text + timePassed(now))
    }

    /// To be called now and then.
    mutating func text(now: Instant) -> String {
        let settled = style == .json ? "" : timePassed(now)
        return settled.isEmpty ? "" : replacing(with: settled)
    }

    /// Everything that was not printed yet: nothing more will come.
    mutating func end() -> String {
        style == .json ? "" : replacing(with: settled { _ in true } + renamed())
    }

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

    /// Lines of what has settled, in order: none before one that has not.
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

    /// Speakers who stand above under another name.
    private mutating func renamed() -> String {
        names.renamed().map { "\($0.from) is \($0.to)\n" }.joined()
    }

    /// `text` instead of the lines that may be rewritten, and below it those of now.
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
