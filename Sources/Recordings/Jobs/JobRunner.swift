package import Admission
internal import Engines
internal import Framing
package import Observability
package import Protocols
package import Speech
package import Store
internal import Synchronization

/// Runs the jobs in the store, a bounded number at once, and notifies their owners. Unfinished work continues after the next start.
///
/// A job is claimed with a lease. Its recording is fetched if necessary, before a worker takes the job. Then a worker recognises the recording, and
/// the result is stored, with as many attempts as necessary. The lease is renewed until then.
package actor JobRunner {
    /// Maximum number of jobs at once while users share them evenly. Engines have their own queues behind this one.
    private static let maxWorking = 8
    /// Maximum number of recordings that are being fetched, or wait for a worker.
    private static let maxFetching = 8
    /// Maximum number of results that wait to be stored. At this number no new job begins.
    package static let maxUnstored = 64
    /// Maximum number of waiting jobs of one user.
    package static let maxWaiting = 10_000
    /// Time between two clean-ups of old uploads and of jobs that a fault of the store has left waiting.
    private static let sweepInterval: Duration = .seconds(300)
    /// Time between two checks for free capacity of the gateway.
    private static let busyWait: Duration = .seconds(1)
    /// Duration of a lease. A process that does not renew the lease loses the job afterwards.
    static let leaseTime: Duration = .seconds(60)
    static let renewalInterval: Duration = .seconds(20)

    /// A job whose recording was fetched, and that waits for a worker.
    package struct Fetched: Sendable {
        var job: TranscriptionJob
        var file: SpooledFile
    }

    package nonisolated let jobs: any JobQueue
    package nonisolated let uploads: UploadFolder
    package nonisolated let secrets: JobSecrets
    package nonisolated let results: UnstoredResults
    /// The progress of this process with the recordings of its jobs.
    package nonisolated let progress = JobProgress()
    /// The name of this process in leases.
    package nonisolated let owner: String
    package nonisolated let schedule: RetrySchedule
    /// Claimed jobs without a result, each with the task that works on it.
    package var underWay: [ID<TranscriptionJob>: Task<Void, Never>] = [:]
    package var working = WorkShares(most: maxWorking)
    package var fetching = WorkShares(most: maxFetching)
    /// Fetched jobs, in the order of their arrival.
    package var fetched: [Fetched] = []
    /// The recordings of jobs that a worker has.
    package var files: [ID<TranscriptionJob>: SpooledFile] = [:]
    /// Jobs with results that could not be stored yet.
    package var unstored: [ID<TranscriptionJob>: Task<Void, Never>] = [:]
    var deliveries: [ID<TranscriptionJob>: Task<Void, Never>] = [:]
    /// Callers' own keys for jobs that are not over. The keys are never stored.
    package var ownKeys: [ID<TranscriptionJob>: BYOKCredentials] = [:]
    private var sweeping: Task<Void, Never>?
    var renewing: Task<Void, Never>?
    private var takingUp: Task<Void, Never>?
    var claimAgain: Task<Void, Never>?
    package private(set) var isStopped = false
    /// True if another process claims the jobs from now on; this one does only jobs whose vendor keys it has.
    private(set) var isLeaving = false
    /// True while the results of earlier runs are being taken up. No job is claimed meanwhile.
    var isTakingUp = false
    /// True while a claim is under way; `again` is true if another claim must follow.
    var claiming: (isUnderWay: Bool, again: Bool) = (false, false)
    /// Number of failed claims in a row.
    var failedClaims = 0

    /// - Parameters:
    ///   - owner: the name of this process; another one after each start.
    ///   - schedule: waits between attempts to use the store.
    package init(
        jobs: any JobQueue, uploads: UploadFolder, results: UnstoredResults, secrets: JobSecrets, owner: String, schedule: RetrySchedule
    ) {
        self.jobs = jobs
        self.uploads = uploads
        self.results = results
        self.secrets = secrets
        self.owner = owner
        self.schedule = schedule
    }

    /// Starts the work on jobs. Takes up the work of earlier runs, now or as soon as the store can be read.
    ///
    /// - Parameter isShared: true if an earlier process still lives. It keeps its jobs, and `takeUpEarlier` takes up what it leaves.
    package func start(_ services: RecordingServices, isShared: Bool = false) async {
        if !isShared { await takeUpEarlier(services) }
        await wake(services)
        sweeping = Task {
            while await lookAfter(services) { try? await Task.sleep(for: Self.sweepInterval) }
        }
    }

    /// Takes up the work of earlier runs, now or as soon as the store can be read. No other process uses this data directory.
    package func takeUpEarlier(_ services: RecordingServices) async {
        isTakingUp = true
        do throws(StoreError) {
            try await takeUp(services)
        } catch {
            retry(services).failed(.jobTakeUp, of: "", attempts: 1, error)
            takingUp = Task {
                _ = await retry(services).run(.jobTakeUp, of: "", failed: 1) { () throws(StoreError) in try await takeUp(services) }
                await wake(services)
            }
        }
        await wake(services)
    }

    private func takeUp(_ services: RecordingServices) async throws(StoreError) {
        // Results come first: a job with a result must not be claimed by anybody.
        try await takeUpResults(services)
        try await jobs.endLeases(except: owner)
        try await announceRest(services)
        isTakingUp = false
    }

    package nonisolated func retry(_ services: RecordingServices) -> StoreRetry {
        StoreRetry(schedule: schedule, log: services.log, metrics: services.metrics)
    }

    /// Cleans up once.
    ///
    /// - Returns: false when there is nothing more to do.
    private func lookAfter(_ services: RecordingServices) async -> Bool {
        guard !isStopped else { return false }
        await uploads.sweep(now: services.retention.now())
        await services.chunked.endForgotten(services)
        await wake(services)
        return true
    }

    /// Stops all work and puts the jobs back into the queue. Results that are not stored stay in their files.
    package func stop() async {
        isStopped = true
        for task in [sweeping, takingUp, claimAgain] { task?.cancel() }
        for task in deliveries.values { task.cancel() }
        for task in underWay.values { task.cancel() }
        for task in Array(underWay.values) { await task.value }
        // The results of the jobs that have just stopped are included.
        for task in unstored.values { task.cancel() }
        for task in Array(unstored.values) { await task.value }
        for waiting in fetched { await release(waiting.job.id, nil) }
        fetched = []
        renewing?.cancel()
    }

    /// Puts a job into the queue.
    ///
    /// - Parameters:
    ///   - keys: the caller's own vendor keys. They are kept in memory until the job is over, and never stored.
    ///   - hasNotice: true if the caller's server is notified of the end.
    /// - Returns: false when too many jobs of the user wait.
    package func order(_ job: TranscriptionJob, keys: BYOKCredentials, hasNotice: Bool = false, _ services: RecordingServices)
        async throws(StoreError)
        -> Bool
    {
        // The same job may have been ordered before, and still need its keys.
        let earlier = ownKeys[job.id]
        if !keys.isEmpty { ownKeys[job.id] = keys }
        let isTaken: Bool
        do throws(StoreError) {
            // Only this process has the keys.
            let lease = keys.isEmpty ? nil : JobLease(owner: owner, until: services.now() + Self.leaseTime)
            isTaken = try await jobs.add(job, most: Self.maxWaiting, hasNotice: hasNotice, lease: lease)
        } catch {
            ownKeys[job.id] = earlier
            throw error
        }
        guard isTaken else {
            ownKeys[job.id] = earlier
            return false
        }
        if !keys.isEmpty { renewLeases(services) }
        Task { await wake(services) }
        return true
    }

    /// True while jobs are not over whose vendor keys only this process has.
    package var hasOwnKeys: Bool { !ownKeys.isEmpty }

    /// Leaves the jobs that wait to the process that has taken over, except those whose vendor keys only this process has.
    package func leaveToNext() { isLeaving = true }

    /// Returns a user's job of one of these kinds, with its report; nil when the user has no job with this id.
    package nonisolated func report(
        of id: ID<TranscriptionJob>, _ user: ID<User>, dialects: [String]
    ) async throws(StoreError) -> (job: TranscriptionJob, report: WorkloadReport?)? {
        guard let job = try await jobs.find(id, of: user)?.job, dialects.contains(job.dialect) else { return nil }
        return (job, try await jobs.raw(id, of: user).flatMap(WorkloadReport.init))
    }

    /// Cancels a job that its owner does not want any more.
    package func cancel(_ id: ID<TranscriptionJob>) {
        ownKeys[id] = nil
        underWay[id]?.cancel()
        deliveries[id]?.cancel()
        unstored[id]?.cancel()
        if let index = fetched.firstIndex(where: { $0.job.id == id }) {
            let waiting = fetched.remove(at: index)
            fetching.leave(waiting.job.user)
            underWay[id] = nil
        }
    }

    /// Does the worker's part of a job whose recording is here.
    package func work(on job: TranscriptionJob, _ services: RecordingServices) async {
        guard let (kind, order) = await readable(job, services) else { return }
        services.log.info("job begun", [.request: job.id.rawValue, .dialect: job.dialect])
        let outcome: JobOutcome
        do throws(RequestError) {
            let grant = try await services.admission.grant(for: job, keys: ownKeys[job.id])
            var transcript = try await kind.work(on: job, grant, services)
            if transcript == nil { transcript = try await recognize(job, order, grant, services) }
            guard let transcript else { throw .internalError }
            outcome = kind.error(in: transcript, of: job).map { .failed($0) } ?? .completed(transcript)
        } catch {
            if Task.isCancelled {
                // The job may have been deleted by its owner: the release then changes nothing.
                await release(job.id, services)
                return
            }
            outcome = .failed(kind.reason(error, of: job))
        }
        await finish(job, outcome, kind, services)
    }

    /// Returns a job's protocol and order. Returns nil when the order cannot be read; the job has failed then.
    func readable(_ job: TranscriptionJob, _ services: RecordingServices) async -> (kind: any JobProtocol, order: JobOrder)? {
        let kind = Self.protocols[job.dialect]
        if let kind, let order = kind.order(of: job, context(of: job, services)) { return (kind, order) }
        await finish(job, .failed("This version of the gateway cannot read the job's request."), kind, services)
        return nil
    }

    private func recognize(
        _ job: TranscriptionJob, _ order: JobOrder, _ grant: Grant, _ services: RecordingServices
    ) async throws(RequestError) -> Transcript {
        var options = order.options
        let engines = try grant.engines(for: &options, named: job.engines)
        let file: any Sendable
        let path: String
        if job.isOfUpload {
            guard let upload = try await uploads.find(job.audio, of: job.user) else {
                throw .remoteContent("The uploaded file does not exist any more.")
            }
            (file, path) = (upload, upload.path)
        } else {
            // The recording was fetched before a worker took the job.
            guard let fetched = files[job.id] else { throw .remoteContent("The URL is not one of http or https.") }
            (file, path) = (fetched, fetched.path)
        }
        defer { withExtendedLifetime(file) {} }
        options.keepsRaw = job.keepsRaw
        let work = RecordingJob(services: services, id: job.id.rawValue, grant: grant, engines: engines, options: options)
        while true {
            do throws(RequestError) {
                return try await work.run(Recording(path: path, format: order.format))
            } catch {
                // The gateway is full. No caller waits for this job, so the job waits.
                guard case .tooManyRequests = error, (try? await Task.sleep(for: Self.busyWait)) != nil else { throw error }
            }
        }
    }

    package func context(of job: TranscriptionJob, _ services: RecordingServices) -> HandshakeContext {
        var context = HandshakeContext(requestID: job.id.rawValue, now: job.created, models: services.models)
        context.profanity = services.settings.profanity
        return context
    }
}
