internal import Admission
internal import Observability
internal import Protocols
package import Speech
package import Store

/// Claiming of jobs: decides which jobs begin, and when.
extension JobRunner {
    private static let interrupted = "The gateway ended too often while it processed this job; send the job again."

    /// Claims as many jobs as there are free places.
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
                // The store failed, but jobs may wait in it, so the claim is repeated later.
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

    /// Jobs that belong to this process.
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
            // The owner with less work under way goes first. The job may be here already, or may have been fetched.
            let next = nextFetched()
            let limit = min(below, next.map { working.held[$0.job.user, default: 0] } ?? .max)
            if limit > 0, let job = try await claim(.here, working, below: limit, services) {
                begin(job, nil, services)
            } else if let next {
                // The job may have been deleted meanwhile.
                guard let index = fetched.firstIndex(where: { $0.job.id == next.job.id }) else { continue }
                fetched.remove(at: index)
                fetching.leave(next.job.user)
                begin(next.job, next.file, services)
            } else {
                return
            }
        }
    }

    /// Returns the limit for claims; nil when there are no free places.
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
        let terms = JobClaimTerms(source, held: shares.held, below: below == .max ? nil : below, without: known, onlyLeased: isLeaving)
        let now = services.now()
        guard let job = try await jobs.claim(terms, JobLease(owner: owner, until: now + Self.leaseTime), now: now) else { return nil }
        // The gateway is stopping, so no new work begins.
        guard !isStopped else {
            await release(job.id, services)
            return nil
        }
        return job
    }

    /// Returns the next fetched job: of the users with a free place, the one with the least work under way goes first.
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

    /// Fetches a job's recording. A slow host takes one of the places for fetching, and none of the places for recognition.
    private func fetch(_ job: TranscriptionJob, _ services: RecordingServices) {
        renewLeases(services)
        fetching.take(job.user)
        underWay[job.id] = Task {
            guard let file = await fetchedFile(of: job, services) else {
                fetching.leave(job.user)
                underWay[job.id] = nil
                return await wake(services)
            }
            // The job keeps its place for fetching until a worker takes it, so that the number of fetched files is bounded too.
            fetched.append(Fetched(job: job, file: file))
            await wake(services)
        }
    }

    /// Returns the fetched recording; nil when the job has failed, or is not wanted any more.
    private func fetchedFile(of job: TranscriptionJob, _ services: RecordingServices) async -> SpooledFile? {
        guard let (kind, _) = await readable(job, services) else { return nil }
        do throws(RequestError) {
            // Admission comes first: nothing is fetched for callers who may not pay.
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

    /// Puts a job back into the queue. When the store fails, the job's lease expires by itself.
    package func release(_ id: ID<TranscriptionJob>, _ services: RecordingServices?) async {
        do throws(StoreError) {
            try await jobs.release(id, by: owner)
        } catch {
            if let services { retry(services).failed(.jobRelease, of: id.rawValue, attempts: 1, error) }
        }
    }

    // MARK: - Leases

    /// Renews the leases of this process's jobs from now on.
    func renewLeases(_ services: RecordingServices) {
        guard renewing == nil else { return }
        renewing = Task {
            var failed = 0
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.renewalInterval) } catch { return }
                do throws(StoreError) {
                    try await jobs.renew(known.union(ownKeys.keys), JobLease(owner: owner, until: services.now() + Self.leaseTime))
                    failed = 0
                } catch {
                    // The process does not claim jobs that it has under way, so a lost lease starts no job twice here.
                    failed += 1
                    retry(services).failed(.jobLease, of: "", attempts: failed, error)
                }
            }
        }
    }
}
