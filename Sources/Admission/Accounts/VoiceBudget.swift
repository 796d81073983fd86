package import Speech
internal import Synchronization

/// The budget of push-to-talk audio that each user may send within a day. It is kept in memory, so a restart resets it.
package final class VoiceBudget: Sendable {
    private struct Spent {
        var at: UnixTime
        var audio: Duration
    }

    package static let most: Duration = .milliseconds(7_200_000)
    private static let day: Duration = .seconds(86_400)
    private static let maxEntries = 100_000

    private let spent = Mutex<[ID<User>: [Spent]]>([:])

    package init() {}

    /// Deducts audio that a user's session has sent.
    package func spend(_ audio: Duration, by user: ID<User>, now: UnixTime) {
        guard audio > .zero else { return }
        spent.withLock { spent in
            if spent.count >= Self.maxEntries, spent[user] == nil { spent = spent.filter { $0.value.last.map { now - $0.at < Self.day } ?? false } }
            spent[user, default: []].removeAll { now - $0.at >= Self.day }
            spent[user, default: []].append(Spent(at: now, audio: audio))
        }
    }

    /// Returns the time until the user has budget again; nil when the user has some now.
    package func wait(for user: ID<User>, now: UnixTime) -> Duration? {
        spent.withLock { spent in
            let recent = (spent[user] ?? []).filter { now - $0.at < Self.day }
            var left = recent.reduce(Duration.zero) { $0 + $1.audio }
            guard left >= Self.most else { return nil }
            for one in recent {
                left -= one.audio
                if left < Self.most { return one.at + Self.day - now }
            }
            return nil
        }
    }
}
