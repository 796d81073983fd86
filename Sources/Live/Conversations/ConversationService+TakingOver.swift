internal import Conversations
internal import Observability
package import Protocols
package import Speech
internal import Store

/// Takes live sessions over from other gateways of the same database.
extension ConversationService {
    /// Maximum time for which the gateway that has the session is waited for.
    private static let takeOverPatience: Duration = .seconds(1)
    /// Maximum time for which another request for the session, or its end, is waited for.
    private static let holdPatience: Duration = .seconds(2)
    private static let takeOverPoll: Duration = .milliseconds(20)

    /// Takes over a session whose client has come here.
    ///
    /// - Parameter isHere: true once the session waits for its client at this gateway.
    /// - Returns: nil when the user has no such session at another gateway.
    /// - Throws: `unavailable` when this cannot be known, because the database is away or an earlier request for the session is not done. The client may
    ///   try again.
    package func takeOver(
        _ session: ID<Session>, of user: ID<User>, isHere: @Sendable () -> Bool
    ) async throws(RequestError) -> TakenSession? {
        guard let replicas else { return nil }
        let patience = Instant.now + Self.holdPatience
        while !held.hold(session) {
            if isHere() { return nil }
            guard patience > .now, (try? await Task.sleep(for: Self.takeOverPoll)) != nil else { throw Self.notNow }
        }
        do throws(StoreError) {
            if let taken = try await claim(session, of: user, in: replicas) { return taken }
            held.letGo(session)
            return nil
        } catch {
            // A session that the database gave to this gateway all the same can be asked for again here.
            held.letGo(session)
            log.error("a session cannot be taken over from another gateway", [.session: session.rawValue, .error: "\(error)"])
            throw Self.notNow
        }
    }

    private func claim(_ session: ID<Session>, of user: ID<User>, in replicas: any ReplicaStore) async throws(StoreError) -> TakenSession? {
        let deadline = Instant.now + Self.takeOverPatience
        var claim = try await replicas.take(session, of: user, isForced: false)
        while claim == .asked {
            try? await Task.sleep(for: Self.takeOverPoll)
            claim = try await replicas.take(session, of: user, isForced: deadline <= .now)
        }
        guard case .taken(let part, let base) = claim else { return nil }
        log.info("a session is taken over from another gateway", [.session: session.rawValue])
        return try await taken(session, part, base, of: user)
    }

    /// True if another gateway has gone on with a session that this gateway had, or if the database does not tell.
    package func wentOnElsewhere(_ session: ID<Session>) async -> Bool {
        guard let replicas else { return false }
        do throws(StoreError) { return try await replicas.hasLost(session) } catch {
            log.warning("nobody knows whether another gateway had a session", [.session: session.rawValue, .error: "\(error)"])
            return true
        }
    }

    private static let notNow = RequestError.unavailable("The session cannot be resumed now. Try again in a moment.")

    /// Gives back a session that was taken over for a client who has left meanwhile.
    package func giveBack(_ taken: TakenSession) async {
        do throws(StoreError) { try await replicas?.release(taken.part) } catch {
            log.error("a session that was taken over cannot be given back", [.session: taken.id.rawValue, .error: "\(error)"])
        }
        held.letGo(taken.id)
    }

    private func taken(_ session: ID<Session>, _ part: ID<Session>, _ base: Duration, of user: ID<User>) async throws(StoreError) -> TakenSession {
        var taken = TakenSession(id: session, part: part, base: base)
        guard let last = try await store.parts(of: part, of: user).last else { return taken }
        taken.begins = last.begins
        guard let shift = last.shift, let conversation = try await store.conversation(last.conversation, of: user) else { return taken }
        for segment in conversation.segments {
            taken.ends[segment.channel] = max(taken.ends[segment.channel] ?? last.begins, segment.end - shift)
        }
        if conversation.status == .inProgress { taken.conversation = (conversation.id, shift) }
        return taken
    }
}
