internal import Journal
internal import Observability
package import Speech

/// Clients that come back to sessions of a gateway that was killed.
extension CrashRecovery {
    /// True if a session's client may come back and go on in a new session. With several gateways, the database knows where a session goes on.
    func mayReturn(_ session: UnfinishedSession, _ parts: Parts) -> Bool {
        parts.conversations.replicas == nil && returningClients.mayReturn(session, now: parts.now())
    }

    /// Leaves a session alone, or its rest, until its client comes back, or has not come in time.
    func wait(for id: ID<Session>, _ parts: Parts) {
        let number = returningClients.beginWait(for: id)
        parts.after(ReturningClients.patience) { [weak self] in
            guard let self else { return }
            Task { await self.giveUp(id, wait: number) }
        }
    }

    /// Keeps the rest of a session that an earlier run cut, unless the new session had its audio already when that run ended.
    func awaitSuccessor(of session: PendingSession, _ promise: SeamPromise, _ parts: Parts) {
        returningClients.add(session, promise)
        wait(for: session.id, parts)
        begin(on: session.id, parts) { await self.settle(session.id, isOver: false, parts) }
    }

    private func giveUp(_ id: ID<Session>, wait number: Int) async {
        await untilIdle(id)
        guard !isStopped, let parts, returningClients.isLast(wait: number, of: id) else { return }
        guard returningClients.cutSession(id) != nil else { return recover(returningClients.take(id)) }
        begin(on: id, parts) { await self.settle(id, isOver: true, parts) }
    }

    /// Begins the recovery of sessions that have waited.
    private func recover(_ sessions: [PendingSession]) {
        waiting += sessions
        count(sessions, since: .now)
        if let parts { work(parts) }
    }

    /// Waits until nothing changes a session's transcript.
    private func untilIdle(_ id: ID<Session>) async {
        while let task = returningClients.task(of: id) ?? running[id] { await task.value }
    }

    /// Begins work on a session that waits, or on its rest. The session is not recovered meanwhile.
    private func begin(on id: ID<Session>, _ parts: Parts, _ body: @escaping @Sendable () async -> Void) {
        let task = Task(priority: .userInitiated) {
            await body()
            returningClients.ended(id)
            work(parts)
        }
        returningClients.began(task, on: id)
    }

    /// Returns the place at which a client that has come back goes on in a new session. All audio before it is recognized by the recovery, which begins
    /// now. The audio behind it is kept until the new session has it; where there is none in time, the recovery recognizes that, too. The place is on
    /// the disk before it is returned, and a client that asks again gets the same.
    ///
    /// - Parameter kept: time in the session at which the audio begins that the client still has; nil for a client that does not go on.
    /// - Returns: time in the session; nil when no earlier run had it, or it belongs to another user.
    package func seam(of id: ID<Session>, for user: ID<User>, keptFrom kept: Duration?) async -> Duration? {
        guard await earlierSessions.received(id, of: user) != nil else { return nil }
        while let task = returningClients.task(of: id) { await task.value }
        if !isStopped, let parts {
            if let session = returningClients.awaited(id) {
                begin(on: id, parts) { await self.search(session, keptFrom: kept, parts) }
                await returningClients.task(of: id)?.value
            } else if let promise = returningClients.promise(of: id, for: user) {
                if let kept, promise.canBeKept(from: kept) {
                    wait(for: id, parts)
                } else {
                    returningClients.withdraw(id)
                    let number = returningClients.beginWait(for: id)
                    Task { await giveUp(id, wait: number) }
                }
            }
        }
        return await earlierSessions.received(id, of: user)
    }

    /// Searches the place at which a session's client goes on, and begins the recovery.
    private func search(_ session: PendingSession, keptFrom kept: Duration?, _ parts: Parts) async {
        if let kept, session.record != nil, let promise = await seams(parts).cut(session, keptFrom: kept) {
            returningClients.add(session, promise)
            wait(for: session.id, parts)
            parts.log.info("a client may go on in a new session", [.session: session.id.rawValue, .seconds: "\(promise.seam / .seconds(1))"])
        }
        recover(returningClients.take(session.id))
    }

    /// Notes that a client goes on in a new session behind one of an earlier run.
    ///
    /// - Parameters:
    ///   - id: the earlier session.
    ///   - successor: the new session.
    ///   - length: length of the audio that the new session has on the disk.
    /// - Returns: false when the recovery is to be told of more audio.
    func goesOn(behind id: ID<Session>, of user: ID<User>, in successor: ID<Session>, with length: Duration) async -> Bool {
        // The recovery of what is before the seam may take longer than the rest waits.
        returningClients.follows(successor, id, of: user)
        await untilIdle(id)
        guard !isStopped, let parts else { return isStopped }
        guard let promise = returningClients.promise(of: id, for: user) else { return hasLookedThrough }
        begin(on: id, parts) {
            if promise.isKept(by: length) { await self.giveRest(of: id, parts) } else { await self.seams(parts).succeed(id, by: successor) }
        }
        await returningClients.task(of: id)?.value
        return returningClients.cutSession(id) == nil
    }

    /// Ends the wait of a session's rest for a new session, if that has the audio, or the time is over.
    private func settle(_ id: ID<Session>, isOver: Bool, _ parts: Parts) async {
        guard let cut = returningClients.cutSession(id) else { return }
        if let successor = cut.successor { await seams(parts).succeed(id, by: successor) }
        if !cut.isWithdrawn, await seams(parts).isKept(cut.promise, of: id) { return await giveRest(of: id, parts) }
        if isOver { await takeRestBack(of: id, parts) }
    }

    private func giveRest(of id: ID<Session>, _ parts: Parts) async {
        guard await seams(parts).giveRest(of: id), let cut = returningClients.cutSession(id) else { return wait(for: id, parts) }
        returningClients.give(id)
        if cut.isHeld, let record = cut.session.record { await parts.conversations.release(record, wordsMayCome: false) }
        parts.log.info("a client has gone on in a new session", [.session: id.rawValue])
        removeFiles()
        tellTakenUp(parts)
    }

    private func takeRestBack(of id: ID<Session>, _ parts: Parts) async {
        guard await seams(parts).takeRestBack(of: id), let cut = returningClients.cutSession(id) else { return wait(for: id, parts) }
        parts.log.info("a client has not gone on in a new session", [.session: id.rawValue])
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            if cut.isHeld { waiting[index].holdsConversations = true }
            return returningClients.takeBack(id)
        }
        if let index = resting.firstIndex(where: { $0.id == id }) {
            returningClients.takeBack(id)
            var session = resting.remove(at: index)
            if cut.isHeld { session.holdsConversations = true }
            return recover([session])
        }
        if !cut.isHeld, let record = cut.session.record { await parts.conversations.hold(record) }
        returningClients.takeBack(id)
        recover([cut.session])
    }

    private func seams(_ parts: Parts) -> StoredSeams {
        StoredSeams(transcripts: transcripts, conversations: parts.conversations, log: parts.log)
    }
}
