package import Speech
internal import Synchronization

/// The sessions that the journal of an earlier run has, and how much of their audio is recognized from it: a client that lost its gateway goes on behind
/// that audio, so that nothing is heard twice. May be used from any thread.
package final class EarlierSessions: Sendable {
    private struct Entry {
        var user: ID<User>
        /// Length of the audio that is recognized from the journal.
        var received: Duration
    }

    private struct State {
        /// False while the journal of earlier runs is read for the first time.
        var isKnown: Bool
        var entries: [ID<Session>: Entry] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter isKnown: false if a journal of an earlier run waits to be read.
    package init(isKnown: Bool) { state = Mutex(State(isKnown: isKnown)) }

    /// False if no session of an earlier run is known or can become known.
    package var mayHave: Bool { state.withLock { !$0.isKnown || !$0.entries.isEmpty } }

    /// Returns the length of a session's audio that is recognized from the journal; nil when there is no such session, or it belongs to another user.
    /// Waits until the journal has been read.
    package func received(_ id: ID<Session>, of user: ID<User>) async -> Duration? {
        await withCheckedContinuation { continuation in
            let isKnown = state.withLock { state in
                if !state.isKnown { state.waiting.append(continuation) }
                return state.isKnown
            }
            if isKnown { continuation.resume() }
        }
        return state.withLock { state in state.entries[id].flatMap { $0.user == user ? $0.received : nil } }
    }

    /// Takes sessions, also in place of what was known of them, and lets those go on who wait for them.
    func found(_ sessions: [(id: ID<Session>, user: ID<User>, received: Duration)]) {
        let waiting = state.withLock { state in
            for session in sessions { state.entries[session.id] = Entry(user: session.user, received: session.received) }
            state.isKnown = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
