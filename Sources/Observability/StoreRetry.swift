package import Speech

/// Repeats work in the store that must not remain undone, until the store has done the work.
package struct StoreRetry: Sendable {
    /// The work that is repeated, for the log and the metrics.
    package enum Work: String, Sendable {
        case jobTakeUp = "job_take_up"
        case jobClaim = "job_claim"
        case jobLease = "job_lease"
        case jobRelease = "job_release"
        case jobResult = "job_result"
        case jobResultFile = "job_result_file"
        case jobNotice = "job_notice"
        case chunkRelease = "chunk_release"
        case transcript
    }

    package let schedule: RetrySchedule
    package let log: Log
    package let metrics: Metrics

    package init(schedule: RetrySchedule, log: Log, metrics: Metrics) {
        self.schedule = schedule
        self.log = log
        self.metrics = metrics
    }

    /// Counts and logs a failure: the first failure as an error, later ones at the level debug.
    ///
    /// - Parameter attempts: the number of failures so far, including this one.
    package func failed(_ work: Work, of id: String, attempts: Int, _ error: any Error) {
        metrics.storeFailed(work)
        let seconds = "\(schedule.wait(after: attempts) / .seconds(1))"
        if attempts == 1 {
            log.error("the store failed; the work is tried again", [.request: id, .reason: work.rawValue, .error: "\(error)", .seconds: seconds])
        } else {
            log.debug("the store still fails; it is tried again", [.request: id, .reason: work.rawValue, .error: "\(error)", .seconds: seconds])
        }
    }

    /// Repeats `body` until it succeeds, and returns its result.
    ///
    /// - Parameter failed: the number of attempts that have failed before.
    /// - Returns: nil when the task was cancelled first.
    package func run<Value: Sendable, Failure: Error>(
        _ work: Work, of id: String, failed before: Int = 0, _ body: () async throws(Failure) -> Value
    ) async -> Value? {
        var attempts = before
        while !Task.isCancelled {
            if attempts > 0 {
                do { try await Task.sleep(for: schedule.wait(after: attempts)) } catch { return nil }
            }
            do throws(Failure) {
                let value = try await body()
                if attempts > 0 { log.info("the store works again", [.request: id, .reason: work.rawValue, .count: "\(attempts)"]) }
                return value
            } catch {
                attempts += 1
                failed(work, of: id, attempts: attempts, error)
            }
        }
        return nil
    }
}
