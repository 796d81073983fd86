import Speech

/// The images that a client sends in parts.
///
/// No model looks at images here, so the content of the parts is dropped. Only the numbers of the received parts are kept.
struct ListenImages: Sendable {
    enum Progress: Equatable, Sendable {
        case waiting
        /// All parts of the image have come.
        case complete
        /// The message breaks the rules.
        case invalid
    }

    private struct Image: Sendable {
        let id: String
        let began: Instant
        let total: Int
        var parts: Set<Int>
    }

    private static let maxParts = 4_096
    private static let maxOpen = 50
    private static let lifetime: Duration = .seconds(60)

    /// Images that are not complete, oldest first.
    private var open: [Image] = []

    /// Adds a part, which may have come before.
    mutating func add(id: String, index: Int, total: Int, now: Instant) -> Progress {
        guard !id.isEmpty, id.utf8.count <= 200, (1...Self.maxParts).contains(total), (0..<total).contains(index) else { return .invalid }
        open.removeAll { $0.began + Self.lifetime <= now }
        let place: Int
        if let known = open.firstIndex(where: { $0.id == id }) {
            guard open[known].total == total else { return .invalid }
            place = known
        } else {
            if open.count == Self.maxOpen { open.removeFirst() }
            open.append(Image(id: id, began: now, total: total, parts: []))
            place = open.count - 1
        }
        open[place].parts.insert(index)
        guard open[place].parts.count == total else { return .waiting }
        open.remove(at: place)
        return .complete
    }
}
