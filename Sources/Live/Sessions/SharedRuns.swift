/// Runs of one piece of work, of which there is one at a time.
///
/// A run may have begun too early for the calls that come meanwhile: these share the run behind it.
actor SharedRuns {
    /// The last run that has begun, and the run that begins when it has ended.
    private var begun: Task<Void, Never>?, next: Task<Void, Never>?

    /// Runs the work, and returns when a run is complete that began after the call.
    ///
    /// - Parameter work: the same work in each call.
    func run(_ work: @escaping @Sendable () async -> Void) async {
        if let next { return await next.value }
        let former = begun
        let run = Task {
            await former?.value
            (begun, next) = (next, nil)
            await work()
        }
        next = run
        await run.value
    }
}
