internal import Framing
internal import Protocols
internal import Speech
internal import Store
internal import Synchronization

/// Works on the jobs in the store, a bounded number at once, and tells of their ends. What it is not done with is done after the next start.
actor JobRunner {
    /// Jobs at once: engines have their own queues behind.
    private static let mostRunning = 8
    /// Jobs of one user that may wait.
    static let mostWaiting = 10_000
    /// Between two looks at what lies about: uploads that are too old, and jobs that a fault of the store has left waiting.
    private static let sweepInterval: Duration = .seconds(300)
    /// Between two looks whether the gateway has room.
    private static let busyWait: Duration = .seconds(1)
    private static let protocols: [String: any JobProtocol] = [
        AssemblyAIJobs.dialect: AssemblyAIJobs(), DeepgramJobs.dialect: DeepgramJobs(), SyncJobs.dialect: SyncJobs(),
        PostprocessJobs.dialect: PostprocessJobs(),
    ]

    nonisolated let jobs: TranscriptionJobs
    nonisolated let uploads: UploadFolder
    private var running: [ID<TranscriptionJob>: Task<Void, Never>] = [:]
    private var deliveries: [ID<TranscriptionJob>: Task<Void, Never>] = [:]
    /// Of callers, for jobs that are not over. They are never stored.
    private var ownKeys: [ID<TranscriptionJob>: OwnKeys] = [:]
    private var sweeping: Task<Void, Never>?
    private var isStopped = false
    /// A claim is under way, and whether another shall follow.
    private var claiming: (isUnderWay: Bool, again: Bool) = (false, false)

    init(jobs: TranscriptionJobs, uploads: UploadFolder) {
        self.jobs = jobs
        self.uploads = uploads
    }

    /// Takes up what an earlier run left.
    func start(_ gateway: GatewayService) async {
        do throws(StoreError) {
            try await jobs.recover(now: gateway.now(), reason: "The gateway was interrupted too often while it worked on this; send it again.")
            for job in try await jobs.unannounced() { announce(job, gateway) }
        } catch {
            gateway.log.warning("jobs not taken up", [.error: "\(error)"])
        }
        await wake(gateway)
        sweeping = Task { [weak gateway] in
            while await lookAfter(gateway) { try? await Task.sleep(for: Self.sweepInterval) }
        }
    }

    /// - Returns: false when there is no more to look after.
    private func lookAfter(_ gateway: GatewayService?) async -> Bool {
        guard !isStopped, let gateway else { return false }
        await uploads.sweep(now: gateway.now())
        await gateway.background.endForgotten(gateway)
        await wake(gateway)
        return true
    }

    /// Stops all work; it goes back into the queue.
    func stop() async {
        isStopped = true
        sweeping?.cancel()
        for task in running.values { task.cancel() }
        for task in deliveries.values { task.cancel() }
        for task in Array(running.values) { await task.value }
    }

    /// Takes on as many jobs as there is room for.
    func wake(_ gateway: GatewayService) async {
        guard !claiming.isUnderWay else {
            claiming.again = true
            return
        }
        claiming = (true, false)
        while !isStopped, running.count < Self.mostRunning {
            guard let job = try? await jobs.claim() else {
                guard claiming.again else { break }
                claiming.again = false
                continue
            }
            running[job.id] = Task {
                await work(on: job, gateway)
                running[job.id] = nil
                await wake(gateway)
            }
        }
        claiming.isUnderWay = false
    }

    /// Puts a job into the queue.
    ///
    /// - Parameters:
    ///   - keys: vendor keys of the caller's own; they are kept in memory until the job is over, and never stored.
    ///   - hasNotice: the caller's server is told of the end.
    /// - Returns: false when its user has too many that wait.
    func order(_ job: TranscriptionJob, keys: OwnKeys, hasNotice: Bool = false, _ gateway: GatewayService) async throws(StoreError) -> Bool {
        if !keys.isEmpty { ownKeys[job.id] = keys }
        let isTaken: Bool
        do throws(StoreError) {
            isTaken = try await jobs.add(job, most: Self.mostWaiting, hasNotice: hasNotice)
        } catch {
            ownKeys[job.id] = nil
            throw error
        }
        guard isTaken else {
            ownKeys[job.id] = nil
            return false
        }
        Task { await wake(gateway) }
        return true
    }

    /// A user's own job of one of these kinds, and what it reports; nil when the user has none of this name.
    nonisolated func report(
        of id: ID<TranscriptionJob>, _ user: ID<User>, dialects: [String]
    ) async throws(StoreError) -> (job: TranscriptionJob, report: WorkloadReport?)? {
        guard let job = try await jobs.find(id, of: user)?.job, dialects.contains(job.dialect) else { return nil }
        return (job, try await jobs.raw(id, of: user).flatMap(WorkloadReport.init))
    }

    /// Its owner does not want it any more.
    func cancel(_ id: ID<TranscriptionJob>) {
        running[id]?.cancel()
        deliveries[id]?.cancel()
    }

    private func work(on job: TranscriptionJob, _ gateway: GatewayService) async {
        guard let kind = Self.protocols[job.dialect], let order = kind.order(of: job, context(of: job, gateway)) else {
            _ = try? await jobs.fail(job.id, "This version of the gateway cannot read the order.", now: gateway.now())
            return
        }
        gateway.log.info("job begun", [.request: job.id.rawValue, .dialect: job.dialect])
        let outcome: JobOutcome
        do throws(RefusalCause) {
            let grant = try await gateway.admission.grant(for: job, keys: ownKeys[job.id])
            var transcript = try await kind.work(on: job, grant, gateway)
            if transcript == nil { transcript = try await recognize(job, order, grant, gateway) }
            guard let transcript else { throw .internalFault }
            outcome = kind.fault(in: transcript, of: job).map { .failed($0) } ?? .completed(transcript)
        } catch {
            if Task.isCancelled {
                // Also what its owner has deleted: then this changes nothing.
                try? await jobs.release(job.id)
                return
            }
            outcome = .failed(kind.reason(error, of: job))
        }
        await finish(job, outcome, kind, gateway)
    }

    private func recognize(
        _ job: TranscriptionJob, _ order: JobOrder, _ grant: Grant, _ gateway: GatewayService
    ) async throws(RefusalCause) -> Transcript {
        let engines = try grant.engines(for: .prerecorded, named: job.engines, language: order.options.language)
        let fetched: SpooledFile?
        let path: String
        if job.isOfUpload {
            guard let file = try await uploads.find(job.audio, of: job.user) else { throw .remoteContent("The upload is not here any more.") }
            (fetched, path) = (nil, file)
        } else {
            let file = try await RemoteRecording(gateway: gateway).fetch(
                job.audio, id: job.id.rawValue, limit: gateway.configuration.recordingBytes ?? AssemblyAIPrerecordedEndpoint.uploadLimit)
            (fetched, path) = (file, file.path)
        }
        defer { withExtendedLifetime(fetched) {} }
        var options = order.options
        options.keepsRaw = job.keepsRaw
        let work = RecordingJob(gateway: gateway, id: job.id.rawValue, grant: grant, engines: engines, options: options)
        while true {
            do throws(RefusalCause) {
                return try await work.run(Recording(path: path, format: order.format))
            } catch {
                // The gateway is full for now: nobody waits at a socket, so the job does.
                guard case .tooManyRequests = error, (try? await Task.sleep(for: Self.busyWait)) != nil else { throw error }
            }
        }
    }

    private func finish(_ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: any JobProtocol, _ gateway: GatewayService) async {
        do throws(StoreError) {
            let isWanted: Bool
            switch outcome {
            case .completed(let transcript): isWanted = try await jobs.complete(job.id, transcript, now: gateway.now())
            case .failed(let reason): isWanted = try await jobs.fail(job.id, reason, now: gateway.now())
            }
            gateway.log.info("job over", [.request: job.id.rawValue, .status: outcome.name])
            ownKeys[job.id] = nil
            if !kind.keepsUploads { for upload in job.audio.split(separator: ",") { await uploads.remove(String(upload), of: job.user) } }
            if isWanted, let callback = kind.notice(of: job, outcome, context(of: job, gateway)) { deliver(callback, of: job, kind, gateway) }
        } catch {
            gateway.log.warning("job not stored", [.request: job.id.rawValue, .error: "\(error)"])
        }
    }

    /// Tells of an end that an earlier run reached.
    private func announce(_ job: TranscriptionJob, _ gateway: GatewayService) {
        guard let kind = Self.protocols[job.dialect] else { return }
        deliveries[job.id] = Task {
            let found = try? await jobs.find(job.id, of: job.user)
            let outcome: JobOutcome = found?.transcript.map { .completed($0) } ?? .failed(job.error ?? "")
            deliveries[job.id] = nil
            if let callback = kind.notice(of: job, outcome, context(of: job, gateway)) { deliver(callback, of: job, kind, gateway) }
        }
    }

    private func forget(_ job: TranscriptionJob) async {
        try? await jobs.remove(job.id)
        if job.isOfUpload { await uploads.remove(job.audio, of: job.user) }
    }

    private func context(of job: TranscriptionJob, _ gateway: GatewayService) -> HandshakeContext {
        HandshakeContext(requestID: job.id.rawValue, now: job.created, models: gateway.router.models)
    }

    private func deliver(_ callback: Callback, of job: TranscriptionJob, _ kind: any JobProtocol, _ gateway: GatewayService) {
        deliveries[job.id] = Task {
            let status = await CallbackDelivery(gateway: gateway).send(callback, signingKey: job.signingKey, request: job.id.rawValue)
            // Stopped half-way: the next run tells it.
            if !Task.isCancelled {
                try? await jobs.announced(job.id, status: status)
                if !kind.keepsResults { await forget(job) }
            }
            deliveries[job.id] = nil
        }
    }
}

extension JobOutcome {
    fileprivate var name: String {
        switch self {
        case .completed: "completed"
        case .failed: "error"
        }
    }
}
