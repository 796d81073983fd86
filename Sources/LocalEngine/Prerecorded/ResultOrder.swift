/// Puts results that come in any order back into the order in which their work began.
package struct ResultOrder<Result> {
    private var early: [Int: Result] = [:]
    private var next = 0

    package init() {}

    /// Number of results that wait for an earlier one.
    package var waitingCount: Int { early.count }

    /// Takes the result of the work with the number `index`, counted from 0 in the order of the beginnings.
    ///
    /// - Returns: the results that are next in order now.
    package mutating func add(_ result: Result, at index: Int) -> [Result] {
        early[index] = result
        var ready: [Result] = []
        while let result = early.removeValue(forKey: next) {
            ready.append(result)
            next += 1
        }
        return ready
    }
}
