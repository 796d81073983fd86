import Speech

extension Loop {
    /// Work that a loop runs at a certain time. Loop-confined, like the loop's `schedule`.
    package final class Timer {
        fileprivate let deadline: Instant
        fileprivate var work: (() -> Void)?
        /// Position in the heap; −1 when the timer is not in the heap.
        fileprivate var index = -1
        fileprivate weak var heap: TimerHeap?

        fileprivate init(deadline: Instant, work: @escaping () -> Void) {
            self.deadline = deadline
            self.work = work
        }

        /// Does the work, unless the timer was cancelled.
        func fire() {
            let due = work
            work = nil
            due?()
        }

        /// Cancels the timer; does nothing if it has fired.
        package func cancel() {
            work = nil
            heap?.remove(self)
        }
    }

    /// A binary heap of timers, with the earliest on top. Each timer knows its position, so cancelling costs log n.
    final class TimerHeap {
        private var timers: [Timer] = []

        var next: Instant? { timers.first?.deadline }

        func schedule(at deadline: Instant, _ work: @escaping () -> Void) -> Timer {
            let timer = Timer(deadline: deadline, work: work)
            timer.heap = self
            timer.index = timers.count
            timers.append(timer)
            rise(timer.index)
            return timer
        }

        /// Removes the timers that are due, and returns them, the earliest first.
        func popDue(now: Instant) -> [Timer] {
            var due: [Timer] = []
            while let first = timers.first, first.deadline <= now {
                remove(first)
                due.append(first)
            }
            return due
        }

        func removeAll() {
            for timer in timers {
                timer.index = -1
                timer.work = nil
            }
            timers = []
        }

        fileprivate func remove(_ timer: Timer) {
            let hole = timer.index
            guard hole >= 0, hole < timers.count else { return }
            timer.index = -1
            let last = timers.removeLast()
            guard last !== timer else { return }
            timers[hole] = last
            last.index = hole
            rise(hole)
            sink(last.index)
        }

        private func rise(_ start: Int) {
            var index = start
            while index > 0, timers[index].deadline < timers[(index - 1) / 2].deadline {
                exchange(index, (index - 1) / 2)
                index = (index - 1) / 2
            }
        }

        private func sink(_ start: Int) {
            var index = start
            while true {
                var smallest = index
                for child in (2 * index + 1)...(2 * index + 2) where child < timers.count && timers[child].deadline < timers[smallest].deadline {
                    smallest = child
                }
                guard smallest != index else { return }
                exchange(index, smallest)
                index = smallest
            }
        }

        private func exchange(_ a: Int, _ b: Int) {
            timers.swapAt(a, b)
            timers[a].index = a
            timers[b].index = b
        }
    }
}
