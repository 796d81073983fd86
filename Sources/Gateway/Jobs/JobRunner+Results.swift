internal import Dispatch
internal import Protocols
internal import Speech
internal import Store

/// What becomes of a job's result. It has cost time and money, so it is not lost because the store does not take it at once.
extension JobRunner {
    /// Stores a job's end, now or as soon as the store takes it, and tells of it then.
    ///
    /// - Parameter kind: nil: no protocol of this version; nobody is told.
    func finish(_ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, _ gateway: GatewayService) async {
        do throws(StoreError) {
            await stored(job, outcome, kind, isWanted: try await store(outcome, of: job.id, gateway), gateway)
        } catch {
            retry(gateway).failed(.jobResult, of: job.id.rawValue, attempts: 1, error)
            keep(job, outcome, kind, isInFile: false, gateway)
        }
    }

    /// - Returns: false when the job is not worked on any more: its owner has deleted it.
    private func store(_ outcome: JobOutcome, of id: ID<TranscriptionJob>, _ gateway: GatewayService) async throws(StoreError) -> Bool {
        switch outcome {
        case .completed(let transcript): try await jobs.complete(id, transcript, now: gateway.now())
        case .failed(let reason): try await jobs.fail(id, reason, now: gateway.now())
        }
    }

    /// Keeps a result in a file and in memory until the store takes it.
    private func keep(_ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, isInFile: Bool, _ gateway: GatewayService) {
        unstored[job.id] = Task {
            let retry = retry(gateway)
            var isKept = isInFile
            var attempts = 1
            // Before the first wait: from here on the process may end at any moment.
            if !isKept { isKept = await keep(outcome, of: job.id, attempts: attempts, gateway) }
            while !Task.isCancelled {
                do { try await Task.sleep(for: schedule.wait(after: attempts)) } catch { break }
                do throws(StoreError) {
                    let isWanted = try await store(outcome, of: job.id, gateway)
                    await disk(gateway) { results in results.remove(job.id) }
                    gateway.log.info("the store works again", [.request: job.id.rawValue, .reason: "job_result", .count: "\(attempts)"])
                    await stored(job, outcome, kind, isWanted: isWanted, gateway)
                    unstored[job.id] = nil
                    return await wake(gateway)
                } catch {
                    attempts += 1
                    retry.failed(.jobResult, of: job.id.rawValue, attempts: attempts, error)
                    if !isKept { isKept = await keep(outcome, of: job.id, attempts: attempts, gateway) }
                }
            }
            // The gateway ends, and the next one reads the file; or the job was deleted, and nobody wants its words.
            if !isStopped { await disk(gateway) { results in results.remove(job.id) } }
            unstored[job.id] = nil
        }
    }

    /// - Returns: whether the result is in its file.
    private func keep(_ outcome: JobOutcome, of id: ID<TranscriptionJob>, attempts: Int, _ gateway: GatewayService) async -> Bool {
        let failure: StoreError? = await disk(gateway) { results in
            do throws(StoreError) {
                try results.keep(outcome, of: id)
                return nil
            } catch { return error }
        }
        if let failure { retry(gateway).failed(.jobResultFile, of: id.rawValue, attempts: attempts, failure) }
        return failure == nil
    }

    /// Off the actor: a disk may take its time.
    private func disk<Value: Sendable>(_ gateway: GatewayService, _ body: @escaping @Sendable (UnstoredResults) -> Value) async -> Value {
        let results = results
        return await withCheckedContinuation { continuation in gateway.spool.queue.async { continuation.resume(returning: body(results)) } }
    }

    private func stored(
        _ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, isWanted: Bool, _ gateway: GatewayService
    ) async {
        gateway.log.info("job over", [.request: job.id.rawValue, .status: outcome.name])
        ownKeys[job.id] = nil
        guard let kind else { return }
        if !kind.keepsUploads { for upload in job.audio.split(separator: ",") { await uploads.remove(String(upload), of: job.user) } }
        let opened = secrets.opened(job, gateway.log)
        if isWanted, let callback = kind.notice(of: opened, outcome, context(of: job, gateway)) { deliver(callback, of: job, kind, gateway) }
    }

    /// Stores what earlier runs could not. Before anything is claimed.
    func takeUpResults(_ gateway: GatewayService) async throws(StoreError) {
        let found: Result<[(id: ID<TranscriptionJob>, outcome: JobOutcome)], StoreError> = await disk(gateway) { results in
            Result { () throws(StoreError) in try results.all() }
        }
        for (id, outcome) in try found.get() where unstored[id] == nil {
            // Deleted, or stored before the file could be removed.
            guard let job = try await jobs.job(id), !job.status.isOver else {
                await disk(gateway) { results in results.remove(id) }
                continue
            }
            gateway.log.info("a result of an earlier run is stored", [.request: id.rawValue])
            let kind = Self.protocols[job.dialect]
            do throws(StoreError) {
                let isWanted = try await store(outcome, of: id, gateway)
                await disk(gateway) { results in results.remove(id) }
                await stored(job, outcome, kind, isWanted: isWanted, gateway)
            } catch {
                retry(gateway).failed(.jobResult, of: id.rawValue, attempts: 1, error)
                keep(job, outcome, kind, isInFile: true, gateway)
            }
        }
    }

    // MARK: - Notices

    /// Tells of all ends that nobody is being told of.
    func announceRest(_ gateway: GatewayService) async throws(StoreError) {
        let ended = try await jobs.unannounced(), own = known
        for job in ended where deliveries[job.id] == nil && !own.contains(job.id) { announce(job, gateway) }
    }

    /// Tells of an end that an earlier run reached.
    func announce(_ job: TranscriptionJob, _ gateway: GatewayService) {
        guard let kind = Self.protocols[job.dialect] else { return }
        deliveries[job.id] = Task {
            // Not told as failed because the store cannot say now how it ended.
            let found = await retry(gateway).run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in try await jobs.find(job.id, of: job.user)
            }
            deliveries[job.id] = nil
            guard let found else { return }
            let outcome: JobOutcome = found?.transcript.map { .completed($0) } ?? .failed(job.error ?? "")
            let opened = secrets.opened(job, gateway.log)
            if let callback = kind.notice(of: opened, outcome, context(of: job, gateway)) { deliver(callback, of: job, kind, gateway) }
        }
    }

    private func deliver(_ callback: Callback, of job: TranscriptionJob, _ kind: any JobProtocol, _ gateway: GatewayService) {
        deliveries[job.id] = Task {
            let status = await CallbackDelivery(gateway: gateway).send(callback, signingKey: job.signingKey, request: job.id.rawValue)
            // Stopped half-way: the next run tells it.
            if !Task.isCancelled {
                let retry = retry(gateway)
                let isNoted: Void? = await retry.run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in
                    try await jobs.announced(job.id, status: status)
                }
                if isNoted != nil, !kind.keepsResults { await forget(job, gateway) }
            }
            deliveries[job.id] = nil
        }
    }

    private func forget(_ job: TranscriptionJob, _ gateway: GatewayService) async {
        let isGone: Void? = await retry(gateway).run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in try await jobs.remove(job.id) }
        if isGone != nil, job.isOfUpload { await uploads.remove(job.audio, of: job.user) }
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
