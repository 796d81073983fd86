/// Puts results that come in any order back into the order in which their work was begun.
package struct ResultOrder<Result> {
    private var early: [Int: Result] = [:]
    private var next = 0

    package init() {}

    /// How many results wait for one before them.
    package var waitingCount: Int { early.count }

    /// Takes the result of the work that was begun as number `index`, from 0.
    ///
    /// - Returns: the results whose turn it is now.
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
