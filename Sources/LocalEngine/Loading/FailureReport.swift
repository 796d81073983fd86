import Synchronization

/// The report that a model fails. It is made once: a broken model fails with every recording.
final class FailureReport: Sendable {
    private let isMade = Atomic(false)
    private let report: @Sendable (String) -> Void

    /// - Parameter report: called with the reason of the first failure.
    init(_ report: @escaping @Sendable (String) -> Void) { self.report = report }

    func note(_ failure: some Error) {
        if !isMade.exchange(true, ordering: .relaxed) { report("\(failure)") }
    }
}
