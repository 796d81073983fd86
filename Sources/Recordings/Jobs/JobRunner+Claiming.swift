internal import Admission
internal import Observability
internal import Protocols
package import Speech
package import Store

/// Claiming of jobs: decides which jobs begin, and when.
extension JobRunner {
    private static let interrupted = "The gateway was interrupted too often while it worked on this; send it again."

    /// Takes on as many jobs as there is room for.
    package func wake(_ services: RecordingServices) async {
        guard !claiming.isUnderWay else {
            claiming.again = true
            return
        }
        claiming.isUnderWay = true
        repeat {
            claiming.again = false
            do throws(StoreError) {
                try await claimAll(services)
                failedClaims = 0
            } catch {
                // That the store cannot be asked does not mean that nothing waits there.
                failedClaims += 1
                let retry = retry(services), wait = schedule.wait(after: failedClaims)
                retry.failed(.jobClaim, of: "", attempts: failedClaims, error)
                claimAgain?.cancel()
                claimAgain = Task {
                    do { try await Task.sleep(for: wait) } catch { return }
                    await wake(services)
                }
                break
            }
        } while claiming.again
        claiming.isUnderWay = false
    }

    /// Jobs that are this process' own.
    package var known: Set<ID<TranscriptionJob>> { Set(underWay.keys).union(unstored.keys) }

    private var mayClaim: Bool { !isStopped && !isTakingUp && unstored.count < Self.maxUnstored }

    private func claimAll(_ services: RecordingServices) async throws(StoreError) {
        guard mayClaim else { return }
        if try await jobs.giveUp(without: known, reason: Self.interrupted, now: services.now()) > 0 {
            try await announceRest(services)
        }
        while mayClaim, let below = Self.limit(fetching.room), let job = try await claim(.address, fetching, below: below, services) {
            fetch(job, services)
        }
        while mayClaim, let below = Self.limit(working.room) {
            // The owner with less under way goes first, with a job that is here or with one that was fetched.
            let next = nextFetched()
            let limit = min(below, next.map { working.held[$0.job.user, default: 0] } ?? .max)
            if limit > 0, let job = try await claim(.here, working, below: limit, services) {
                begin(job, nil, services)
            } else if let next {
                // It may have been deleted meanwhile.
                guard let index = fetched.firstIndex(where: { $0.job.id == next.job.id }) else { continue }
                fetched.remove(at: index)
                fetching.leave(next.job.user)
                begin(next.job, next.file, services)
            } else {
                return
            }
        }
    }

    /// nil: there is no room.
    private static func limit(_ room: WorkShares.Room) -> Int? {
        switch room {
        case .none: nil
        case .everybody: .max
        case .below(let count): count
        }
    }

    private func claim(
        _ source: JobClaimTerms.Source, _ shares: WorkShares, below: Int, _ services: RecordingServices
    ) async throws(StoreError) -> TranscriptionJob? {
        let terms = JobClaimTerms(source, held: shares.held, below: below == .max ? nil : below, without: known)
        let now = services.now()
        guard let job = try await jobs.claim(terms, JobLease(owner: owner, until: now + Self.leaseTime), now: now) else { return nil }
        // Nothing is begun that would outlive the gateway's end.
        guard !isStopped else {
            await release(job.id, services)
            return nil
        }
        return job
    }

    /// The fetched job of who has the least under way, of those for whom there is room.
    private func nextFetched() -> Fetched? {
        fetched.filter { working.hasRoom(for: $0.job.user) }.min { working.held[$0.job.user, default: 0] < working.held[$1.job.user, default: 0] }
    }

    // MARK: - Work

    private func begin(_ job: TranscriptionJob, _ file: SpooledFile?, _ services: RecordingServices) {
        renewLeases(services)
        working.take(job.user)
        files[job.id] = file
        underWay[job.id] = Task {
            await work(on: job, services)
            files[job.id] = nil
            working.leave(job.user)
            underWay[job.id] = nil
            await wake(services)
        }
    }

    /// A slow host takes a place among those who fetch, and none of those who recognise.
    private func fetch(_ job: TranscriptionJob, _ services: RecordingServices) {
        renewLeases(services)
        fetching.take(job.user)
        underWay[job.id] = Task {
            guard let file = await fetchedFile(of: job, services) else {
                fetching.leave(job.user)
                underWay[job.id] = nil
                return await wake(services)
            }
            // It keeps its place until a worker takes it: what has been fetched is bounded, too.
            fetched.append(Fetched(job: job, file: file))
            await wake(services)
        }
    }

    /// nil: the job has failed, or is not wanted any more.
    private func fetchedFile(of job: TranscriptionJob, _ services: RecordingServices) async -> SpooledFile? {
        guard let (kind, _) = await readable(job, services) else { return nil }
        do throws(RefusalCause) {
            // For who may not pay nothing is fetched.
            _ = try await services.admission.grant(for: job, keys: ownKeys[job.id])
            let limit = services.settings.recordingBytes ?? UploadFolder.maxByteCount
            let file = try await RemoteRecording(services: services).fetch(
                job.audio, id: job.id.rawValue, limit: limit, for: DiskOwner(user: job.user, key: job.key, isSent: false))
            guard !Task.isCancelled else {
                await release(job.id, services)
                return nil
            }
            return file
        } catch {
            if Task.isCancelled {
                await release(job.id, services)
            } else {
                await finish(job, .failed(kind.reason(error, of: job)), kind, services)
            }
            return nil
        }
    }

    /// Puts a job back. Where the store does not do it, its lease ends by itself.
    package func release(_ id: ID<TranscriptionJob>, _ services: RecordingServices?) async {
        do throws(StoreError) {
            try await jobs.release(id, by: owner)
        } catch {
            if let services { retry(services).failed(.jobRelease, of: id.rawValue, attempts: 1, error) }
        }
    }

    // MARK: - Leases

    /// Renews the leases of this process' jobs as long as there are any.
    private func renewLeases(_ services: RecordingServices) {
        guard renewing == nil else { return }
        renewing = Task {
            var failed = 0
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.renewalInterval) } catch { return }
                do throws(StoreError) {
                    try await jobs.renew(known, JobLease(owner: owner, until: services.now() + Self.leaseTime))
                    failed = 0
                } catch {
                    // Nothing is begun twice for it: this process does not claim what it has under way.
                    failed += 1
                    retry(services).failed(.jobLease, of: "", attempts: failed, error)
                }
            }
        }
    }
}
