package import Journal
package import Observability
package import Speech
package import Store

/// Deletes users: ends their sessions, and removes everything that the gateway has of them.
///
/// The store records a deletion first: from then on no answer has anything of the user, and nothing is stored for the user. The removal takes minutes
/// for a year of conversations. In a gateway it goes on after the answer. A deletion that is cut off is continued at the next start, and one that
/// another process has begun within a minute. The other gateways of a PostgreSQL database reject the user at once when they hear the notice, otherwise
/// within a minute.
package actor UserDeletion {
    private let store: any UserDeletionStore & RetentionStore
    private let blobs: Blobs
    private let transcripts: TranscriptFolder
    /// The parts of a running gateway; nil in another process, which leaves the journal, and with it the end of the deletion, to the gateway.
    private let gateway: Gateway?
    private let log: Log
    /// Users whose deletion has begun and not ended, as far as this process knows.
    private var known: Set<ID<User>> = []
    /// Users whom this process removes now.
    private var removed: Set<ID<User>> = []
    private let readings = SharedRuns()

    package struct Gateway: Sendable {
        let contexts: LiveContexts
        let erasure: ErasureService
        /// Rejects these users until another call leaves them out.
        let reject: @Sendable (Set<ID<User>>) -> Void
        /// Stops the work on a job.
        let cancel: @Sendable (ID<TranscriptionJob>) async -> Void

        package init(
            contexts: LiveContexts, erasure: ErasureService, reject: @escaping @Sendable (Set<ID<User>>) -> Void,
            cancel: @escaping @Sendable (ID<TranscriptionJob>) async -> Void
        ) {
            self.contexts = contexts
            self.erasure = erasure
            self.reject = reject
            self.cancel = cancel
        }
    }

    /// Maximum number of rounds in which sessions that have ended may still store something.
    private static let maxRounds = 10
    /// Time that sessions get to end, and to store what they still have.
    private static let patience: Duration = .seconds(10), pause: Duration = .milliseconds(200)

    package init(
        store: any UserDeletionStore & RetentionStore, blobs: Blobs, transcripts: TranscriptFolder, gateway: Gateway?, log: Log
    ) {
        self.store = store
        self.blobs = blobs
        self.transcripts = transcripts
        self.gateway = gateway
        self.log = log
    }

    /// Deletes a user. A gateway removes the user's data after the return, any other process before.
    ///
    /// - Returns: false when there is nothing of the user.
    package func delete(_ user: ID<User>) async throws(StoreError) -> Bool {
        guard try await store.beginDeletion(of: user) else { return false }
        if gateway == nil { try await complete(user) } else { start(user) }
        return true
    }

    /// Returns the deletions that have begun and not ended, the earliest first.
    package func pending() async throws(StoreError) -> [PendingUserDeletion] { try await store.deletions() }

    /// Reads which users' deletion has begun and not ended. Rejects these users, and ends the sessions of those who are new. Removing what is left of
    /// them is the work of the process that has begun the deletion, and that of `resume`.
    ///
    /// The reading begins after the call, and there is one at a time, so that no late answer replaces a newer one.
    package func follow() async { await readings.run { await self.read() } }

    /// Rejects a user whose deletion another process has begun, and ends the user's sessions, even if the deletion has ended meanwhile. Then follows all
    /// deletions.
    package func follow(deletionOf user: ID<User>) async {
        known.insert(user)
        gateway?.reject(known)
        await gateway?.contexts.end(sessionsOf: user)
        await follow()
    }

    private func read() async {
        let found: [PendingUserDeletion]
        do throws(StoreError) { found = try await store.deletions() } catch {
            return log.error("the deletions of users cannot be read", [.error: "\(error)"])
        }
        let before = known
        known = removed.union(found.map(\.user))
        gateway?.reject(known)
        for user in known.subtracting(before) { await gateway?.contexts.end(sessionsOf: user) }
    }

    /// Continues the deletions that have begun and not ended. Does not wait for their end.
    package func resume() async {
        await follow()
        for user in known { start(user) }
    }

    private func start(_ user: ID<User>) {
        guard removed.insert(user).inserted else { return }
        known.insert(user)
        gateway?.reject(known)
        Task {
            do throws(StoreError) {
                try await complete(user)
                known.remove(user)
            } catch {
                log.error("the deletion of a user is not complete; it is tried again", [.error: "\(error)"])
            }
            removed.remove(user)
            gateway?.reject(known)
            // A reading that is under way may still find the deletion.
            await follow()
        }
    }

    private func complete(_ user: ID<User>) async throws(StoreError) {
        await endSessions(of: user)
        for _ in 0..<Self.maxRounds {
            // Another gateway may have ended the deletion.
            guard try await store.deletions().contains(where: { $0.user == user }) else { return }
            let sessions = try await transcripts.sessions(of: user)
            try await removeFiles(of: user)
            var isGone = sessions.isEmpty
            // The sessions are recorded by the first call, whatever it deletes. Their transcripts go at once, the rows after them.
            if try await store.deleteRows(of: user, sessions: sessions) {
                isGone = false
                await gateway?.erasure.run()
                while try await store.deleteRows(of: user, sessions: []) {}
            }
            guard let gateway else { return try await erase() }
            await gateway.erasure.run()
            if isGone { break }
            // A session that has just ended may still store its last words.
            try? await Task.sleep(for: Self.pause)
        }
        // The bytes leave the files in the background. What holds them up may have nothing to do with the user, who is admitted again without that.
        try await store.endDeletion(of: user)
    }

    /// Erases what is deleted, in a process that soon ends. While another program reads the database, a gateway goes on with it later.
    private func erase() async throws(StoreError) {
        do throws(StoreError) { try await store.settle() } catch {
            guard case .busy = error else { throw error }
            log.warning(
                "deleted data is still in the database's log, because another program reads the database; it is tried again", [.error: "\(error)"])
        }
    }

    private func endSessions(of user: ID<User>) async {
        guard let gateway else { return }
        await gateway.contexts.end(sessionsOf: user)
        let deadline = ContinuousClock.now + Self.patience
        while await !gateway.contexts.openSessions(of: user).isEmpty, ContinuousClock.now < deadline { try? await Task.sleep(for: Self.pause) }
    }

    /// Deletes uploads and unstored results. Their rows go afterwards, so that a crash leaves no file without a row.
    private func removeFiles(of user: ID<User>) async throws(StoreError) {
        let belongings = try await store.belongings(of: user)
        for job in belongings.jobs {
            await gateway?.cancel(job)
            await UnstoredResults(in: blobs.results).remove(job)
        }
        for upload in belongings.uploads {
            if let name = BlobName(upload.rawValue) { try await blobs.uploads.delete(name) }
        }
    }
}
