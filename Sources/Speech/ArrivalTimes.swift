/// The times at which a stream's audio arrived, kept for as long as a turn needs them.
package struct ArrivalTimes: Sendable {
    private var arrivals: [(end: SampleIndex, at: Instant)] = []
    package private(set) var end: SampleIndex = .zero
    /// Maximum number of kept times: about 200 s in pieces of 50 ms.
    private static let maxCount = 4_096

    package init() {}

    package mutating func add(_ end: SampleIndex, _ at: Instant) {
        self.end = end
        if arrivals.count >= Self.maxCount { arrivals.removeFirst(Self.maxCount / 2) }
        arrivals.append((end, at))
    }

    /// The time when the sample before `index` came; nil when the time is forgotten, or the sample has not come.
    package func time(of index: SampleIndex) -> Instant? {
        var low = 0
        var high = arrivals.count
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].end < index { low = middle + 1 } else { high = middle }
        }
        return low < arrivals.count ? arrivals[low].at : nil
    }

    package mutating func forget(before index: SampleIndex) {
        guard arrivals.count > Self.maxCount / 4, let kept = arrivals.firstIndex(where: { $0.end >= index }), kept > 0 else { return }
        arrivals.removeFirst(kept)
    }
}
