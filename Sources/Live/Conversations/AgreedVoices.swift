internal import Conversations
internal import Speech
internal import Synchronization

/// The voices of users when they were last made to agree, so that the next time only those are compared that have changed since. Any thread may use it.
///
/// It has no voiceprint, only a hash of each. A voice that is gone leaves nothing here that others could be compared with.
package final class AgreedVoices: Sendable {
    /// Number of users whose voices are known; the one who was asked about longest ago is forgotten first.
    private static let maxUsers = 64
    /// Number of voices that count as changed for a user of whom nothing is known: those that were heard first last.
    private static let newest = 64

    private struct Known {
        let user: ID<User>
        var hashes: [ID<Voice>: Int]
    }

    private let users = Mutex<[Known]>([])

    package init() {}

    /// Returns the voices whose sound or owner has changed since the last call, and notes the voices.
    func changed(_ voices: [Voice], of user: ID<User>) -> [Voice] {
        let hashes = Dictionary(voices.map { ($0.id, Self.hash(of: $0)) }, uniquingKeysWith: { first, _ in first })
        let before = users.withLock { users in
            let index = users.firstIndex { $0.user == user }
            let before = index.map { users.remove(at: $0).hashes }
            if users.count >= Self.maxUsers { users.removeFirst() }
            users.append(Known(user: user, hashes: hashes))
            return before
        }
        guard let before else { return Array(voices.filter { $0.owner == .nobody }.sorted { $0.number < $1.number }.suffix(Self.newest)) }
        return voices.filter { before[$0.id] != hashes[$0.id] }
    }

    /// Forgets that a user's voices agree.
    func forget(_ user: ID<User>) { users.withLock { $0.removeAll { $0.user == user } } }

    private static func hash(of voice: Voice) -> Int {
        var hasher = Hasher()
        switch voice.owner {
        case .nobody: hasher.combine(0)
        case .user: hasher.combine(1)
        case .person(let person): hasher.combine(person)
        }
        hasher.combine(voice.voiceprint.model)
        hasher.combine(voice.voiceprint.direction)
        return hasher.finalize()
    }
}
