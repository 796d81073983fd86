/// The judgments of a stream's turns that the end-of-turn model has not given yet.
struct PendingJudgments: Sendable, Equatable {
    private var lastID = 0
    private var pending: Set<Int> = []
    private var late: Set<Int> = []

    /// Number of pending judgments from which the model is not asked: those of questions that were taken back count until they come.
    private static let maxPending = 4

    /// True if the model is not asked now: a judgment whose time is over has not come, or many have not come.
    var areLate: Bool { !late.isEmpty || pending.count >= Self.maxPending }

    /// Returns the number of a new judgment.
    mutating func begin() -> Int {
        lastID += 1
        pending.insert(lastID)
        return lastID
    }

    /// Notes that the time of a judgment is over. A judgment that has come meanwhile is not late.
    mutating func timeOut(_ id: Int) {
        if pending.contains(id) { late.insert(id) }
    }

    mutating func end(_ id: Int) {
        pending.remove(id)
        late.remove(id)
    }
}
