/// A queue of future events, ordered by time. Events of the same time keep the order in which they were added.
struct EventQueue<Event> {
    private var heap: [(at: Int64, order: Int, slot: Int)] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var order = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ event: Event, at time: Int64) {
        let slot: Int
        if let last = free.popLast() {
            slot = last
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        heap.append((time, order, slot))
        order += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (at: Int64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while 2 * parent + 1 < heap.count {
                var child = 2 * parent + 1
                if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
                guard isBefore(child, parent) else { break }
                heap.swapAt(child, parent)
                parent = child
            }
        }
        guard let event = events[first.slot] else { return nil }
        events[first.slot] = nil
        free.append(first.slot)
        return (first.at, event)
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool { (heap[a].at, heap[a].order) < (heap[b].at, heap[b].order) }
}
