/// Log lines that wait to be written: limited in number, in order, with a count of the lines that did not fit.
struct LogQueue: Sendable {
    struct Limits: Sendable {
        var lines = 10_000
        /// Maximum size of all lines together, in UTF-8 bytes.
        var bytes = 4 << 20
    }

    enum Entry: Sendable, Equatable {
        case line(String)
        /// The number of lines that are missing here.
        case dropped(Int)
    }

    private let limits: Limits
    private var entries: [Entry] = []
    /// Index of the first entry that is not written yet.
    private var head = 0
    private var bytes = 0
    private var dropped = 0
    /// True while lines are dropped until half of the queue is free, so that losses are reported together.
    private var isFull = false

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Number of waiting lines and reports of losses.
    var count: Int { entries.count - head }

    /// Adds a line after the others.
    ///
    /// - Returns: false when the line was dropped.
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

    /// Removes and returns the next entry; nil when there is none.
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
