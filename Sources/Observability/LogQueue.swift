/// Log lines that wait to be written: bounded, in order, with a count of those that did not fit.
struct LogQueue: Sendable {
    struct Limits: Sendable {
        var lines = 10_000
        /// UTF-8 bytes of all lines.
        var bytes = 4 << 20
    }

    enum Entry: Sendable, Equatable {
        case line(String)
        /// The number of lines that are missing here.
        case dropped(Int)
    }

    private let limits: Limits
    private var entries: [Entry] = []
    /// Entries before this one are written.
    private var head = 0
    private var bytes = 0
    private var dropped = 0
    /// True if lines are dropped until half of the queue is free, so that losses are told together.
    private var isFull = false

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Lines and reports of losses that wait.
    var count: Int { entries.count - head }

    /// Puts a line behind the others.
    ///
    /// - Returns: false when it was dropped.
    mutating func add(_ line: String) -> Bool {
        let length = line.utf8.count
        if isFull, count <= limits.lines / 2, bytes <= limits.bytes / 2 { isFull = false }
        guard !isFull, count < limits.lines, bytes + length <= limits.bytes else {
            isFull = true
            dropped += 1
            return false
        }
        reportLosses()
        entries.append(.line(line))
        bytes += length
        return true
    }

    /// Takes the next entry out; nil when there is none.
    mutating func next() -> Entry? {
        if count == 0 { reportLosses() }
        guard head < entries.count else { return nil }
        let entry = entries[head]
        entries[head] = .dropped(0)
        head += 1
        if case .line(let line) = entry { bytes -= line.utf8.count }
        if head == entries.count || head > 1_024 && head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return entry
    }

    private mutating func reportLosses() {
        guard dropped > 0 else { return }
        entries.append(.dropped(dropped))
        dropped = 0
    }
}
