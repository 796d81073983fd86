internal import Observability
internal import Protocols
internal import Speech
package import Store

/// Handling of job results. A result has cost time and money, so a result is not lost when the store does not take it at once.
extension JobRunner {
    /// Stores a job's outcome, now or as soon as the store accepts it, and then notifies the owner.
    ///
    /// - Parameter kind: the job's protocol; nil: this version does not have the protocol, and nobody is notified.
    func finish(_ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, _ services: RecordingServices) async {
        do throws(StoreError) {
            await stored(job, outcome, kind, isWanted: try await store(outcome, of: job.id, services), services)
        } catch {
            retry(services).failed(.jobResult, of: job.id.rawValue, attempts: 1, error)
            keep(job, outcome, kind, isInFile: false, services)
        }
    }

    /// - Returns: false when the job no longer exists because its owner has deleted it.
    private func store(_ outcome: JobOutcome, of id: ID<TranscriptionJob>, _ services: RecordingServices) async throws(StoreError) -> Bool {
        switch outcome {
        case .completed(let transcript): try await jobs.complete(id, transcript, now: services.now())
        case .failed(let reason): try await jobs.fail(id, reason, now: services.now())
        }
    }

    /// Keeps a result in a file and in memory until the store takes it.
    private func keep(_ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, isInFile: Bool, _ services: RecordingServices) {
        unstored[job.id] = Task {
            let retry = retry(services)
            var isKept = isInFile
            var attempts = 1
            // The outcome is kept before the first wait: from here on the process may end at any moment.
            if !isKept { isKept = await keep(outcome, of: job.id, attempts: attempts, services) }
            while !Task.isCancelled {
                do { try await Task.sleep(for: schedule.wait(after: attempts)) } catch { break }
                do throws(StoreError) {
                    let isWanted = try await store(outcome, of: job.id, services)
                    await results.remove(job.id)
                    services.log.info("the store works again", [.request: job.id.rawValue, .reason: "job_result", .count: "\(attempts)"])
                    await stored(job, outcome, kind, isWanted: isWanted, services)
                    unstored[job.id] = nil
                    return await wake(services)
                } catch {
                    attempts += 1
                    retry.failed(.jobResult, of: job.id.rawValue, attempts: attempts, error)
                    if !isKept { isKept = await keep(outcome, of: job.id, attempts: attempts, services) }
                }
            }
            // Either the gateway ends, and the next run reads the file; or the job was deleted, and the result is not wanted.
            if !isStopped { await results.remove(job.id) }
            unstored[job.id] = nil
        }
    }

    /// - Returns: true if the result is in its file.
    private func keep(_ outcome: JobOutcome, of id: ID<TranscriptionJob>, attempts: Int, _ services: RecordingServices) async -> Bool {
        do throws(StoreError) {
            try await results.keep(outcome, of: id)
            return true
        } catch {
            retry(services).failed(.jobResultFile, of: id.rawValue, attempts: attempts, error)
            return false
        }
    }

    private func stored(
        _ job: TranscriptionJob, _ outcome: JobOutcome, _ kind: (any JobProtocol)?, isWanted: Bool, _ services: RecordingServices
    ) async {
        services.log.info("job over", [.request: job.id.rawValue, .status: outcome.name])
        ownKeys[job.id] = nil
        guard let kind else { return }
        if !kind.keepsUploads(after: outcome) { for upload in job.audio.split(separator: ",") { await uploads.remove(String(upload), of: job.user) } }
        let opened = secrets.opened(job, services.log)
        if isWanted, let callback = kind.notice(of: opened, outcome, context(of: job, services)) { deliver(callback, of: job, kind, services) }
    }

    /// Stores the results that earlier runs could not store. Runs before any job is claimed.
    func takeUpResults(_ services: RecordingServices) async throws(StoreError) {
        for (id, outcome) in try await results.all() where unstored[id] == nil {
            // The job was deleted, or its result was stored before the file could be removed.
            guard let job = try await jobs.job(id), !job.status.isOver else {
                await results.remove(id)
                continue
            }
            services.log.info("a job result of an earlier run was stored", [.request: id.rawValue])
            let kind = Self.protocols[job.dialect]
            do throws(StoreError) {
                let isWanted = try await store(outcome, of: id, services)
                await results.remove(id)
                await stored(job, outcome, kind, isWanted: isWanted, services)
            } catch {
                retry(services).failed(.jobResult, of: id.rawValue, attempts: 1, error)
                keep(job, outcome, kind, isInFile: true, services)
            }
        }
    }

    // MARK: - Notices

    /// Notifies the owners of all ended jobs that have no notification under way.
    func announceRest(_ services: RecordingServices) async throws(StoreError) {
        let ended = try await jobs.unannounced(), own = known
        for job in ended where deliveries[job.id] == nil && !own.contains(job.id) { announce(job, services) }
    }

    /// Notifies the owner of a job that an earlier run completed.
    package func announce(_ job: TranscriptionJob, _ services: RecordingServices) {
        guard let kind = Self.protocols[job.dialect] else { return }
        deliveries[job.id] = Task {
            // If the store cannot be read now, the job is not reported as failed: the store is tried again.
            let found = await retry(services).run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in
                try await jobs.find(job.id, of: job.user)
            }
            deliveries[job.id] = nil
            guard let found else { return }
            let outcome: JobOutcome = found?.transcript.map { .completed($0) } ?? .failed(job.error ?? "")
            let opened = secrets.opened(job, services.log)
            if let callback = kind.notice(of: opened, outcome, context(of: job, services)) { deliver(callback, of: job, kind, services) }
        }
    }

    private func deliver(_ callback: Callback, of job: TranscriptionJob, _ kind: any JobProtocol, _ services: RecordingServices) {
        deliveries[job.id] = Task {
            let status = await CallbackDelivery(services: services).send(callback, signingKey: job.signingKey, request: job.id.rawValue)
            // A notification that was interrupted is repeated by the next run.
            if !Task.isCancelled {
                let retry = retry(services)
                let isNoted: Void? = await retry.run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in
                    try await jobs.announced(job.id, status: status)
                }
                if isNoted != nil, !kind.keepsResults { await forget(job, services) }
            }
            deliveries[job.id] = nil
        }
    }

    private func forget(_ job: TranscriptionJob, _ services: RecordingServices) async {
        let isGone: Void? = await retry(services).run(.jobNotice, of: job.id.rawValue) { () throws(StoreError) in try await jobs.remove(job.id) }
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
