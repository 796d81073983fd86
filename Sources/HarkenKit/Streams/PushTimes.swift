import Speech

/// When which audio was pushed, for as long as a turn needs to know.
struct PushTimes: Sendable {
    private var pushes: [(end: SampleIndex, at: Instant)] = []
    private(set) var end: SampleIndex = .zero
    /// An hour of 50 ms pieces would be more than a turn can be.
    private static let most = 4_096

    mutating func add(_ end: SampleIndex, _ at: Instant) {
        self.end = end
        if pushes.count >= Self.most { pushes.removeFirst(Self.most / 2) }
        pushes.append((end, at))
    }

    /// When the sample before `index` was pushed; nil when that is forgotten, or has not come.
    func time(of index: SampleIndex) -> Instant? {
        var low = 0
        var high = pushes.count
        while low < high {
            let middle = (low + high) / 2
            if pushes[middle].end < index { low = middle + 1 } else { high = middle }
        }
        return low < pushes.count ? pushes[low].at : nil
    }

    mutating func forget(before index: SampleIndex) {
        guard pushes.count > Self.most / 4, let kept = pushes.firstIndex(where: { $0.end >= index }), kept > 0 else { return }
        pushes.removeFirst(kept)
    }
}
