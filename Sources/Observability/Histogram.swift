internal import Synchronization

/// Counts of observations below fixed bounds, in seconds.
package final class Histogram: Sendable {
    private struct State {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    package init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    package func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    package func rendered(name: String, help: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) histogram\n" + series(name: name)
    }

    /// - Parameter labels: the labels as text; empty: none.
    package func series(name: String, labels: String = "") -> String {
        let state = state.withLock { $0 }
        let more = labels.isEmpty ? "" : labels + ",", all = labels.isEmpty ? "" : "{\(labels)}"
        var text = ""
        var total = 0
        for (bound, count) in zip(bounds.map { "\($0)" } + ["+Inf"], state.counts) {
            total += count
            text += "\(name)_bucket{\(more)le=\"\(bound)\"} \(total)\n"
        }
        return text + "\(name)_sum\(all) \(state.sum)\n\(name)_count\(all) \(total)\n"
    }
}
