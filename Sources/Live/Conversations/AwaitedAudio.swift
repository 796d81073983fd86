internal import Conversations
internal import Speech
internal import Store
internal import Synchronization

/// The voices that cannot be learned before their conversation's audio is stored. The audio of a session that is over may be stored after its words.
final class AwaitedAudio: Sendable {
    /// Maximum number of voices that wait. Beyond it, the longest waiting are dropped until a later start.
    private static let maxWaiting = 1_000

    private let waiting = Mutex<[UntaughtVoice]>([])

    /// Notes that the voice waits. The audio is looked for after that, so that none is missed that comes meanwhile.
    func add(_ voice: UntaughtVoice) {
        waiting.withLock { waiting in
            guard !waiting.contains(voice) else { return }
            if waiting.count >= Self.maxWaiting { waiting.removeFirst() }
            waiting.append(voice)
        }
    }

    /// Notes that the voice waits no longer.
    func remove(_ voice: UntaughtVoice) { waiting.withLock { waiting in waiting.removeAll { $0 == voice } } }

    /// Returns the voices that wait for the audio of this conversation, which wait no longer.
    func take(_ conversation: ID<Conversation>, of user: ID<User>) -> [UntaughtVoice] {
        waiting.withLock { waiting in
            let found = waiting.filter { $0.conversation == conversation && $0.user == user }
            waiting.removeAll { found.contains($0) }
            return found
        }
    }
}
