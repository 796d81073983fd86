internal import Store

/// The changes of a conversation on their way to the store. While one is being stored, later ones wait and become one, so that what was said while a
/// database was away is stored at once, and not word by word.
struct UnstoredChanges {
    /// A change with the number of its newest part.
    struct Change: Equatable {
        var update: ConversationUpdate
        var number: Int
    }

    /// Number of the last change.
    private(set) var given = 0
    /// Number of the last change that the store has.
    private(set) var stored = 0
    private var isStoring = false
    private var waiting: Change?

    var isEmpty: Bool { stored >= given }

    /// Adds a change.
    ///
    /// - Returns: the changes that are to be stored now, in order.
    mutating func add(_ update: ConversationUpdate, number: Int) -> [Change] {
        given = max(given, number)
        guard isStoring else {
            isStoring = true
            return [Change(update: update, number: number)]
        }
        if var joined = waiting, joined.update.join(update) {
            joined.number = number
            waiting = joined
            return []
        }
        defer { waiting = Change(update: update, number: number) }
        return waiting.map { [$0] } ?? []
    }

    /// Returns the change that waits, which is to be stored now, because something else is to be stored after it; nil: none.
    mutating func flush() -> Change? {
        defer { waiting = nil }
        return waiting
    }

    /// Notes that the store has a change, or has refused it.
    ///
    /// - Parameter number: the change that the store has; nil when it has refused one.
    /// - Returns: the change that is to be stored now; nil: none.
    mutating func settled(_ number: Int?) -> Change? {
        if let number { stored = max(stored, number) }
        isStoring = waiting != nil
        return flush()
    }
}
