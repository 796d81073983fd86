package import Speech

/// The places of a bounded number of workers, and the rule by which users share them.
///
/// One user alone may have all places. When other users wait, at most half of the places count for each user. Thus others need not wait for one
/// user's long work, and all users together have at most one and a half times as many places.
package struct WorkShares: Sendable, Equatable {
    package enum Room: Sendable, Equatable {
        case none
        case everybody
        /// There are places for users who have less than this number.
        case below(Int)
    }

    /// Maximum number of places for one user.
    package let most: Int
    /// Number of places that each user has.
    package private(set) var held: [ID<User>: Int] = [:]

    package init(most: Int) { self.most = most }

    private var half: Int { max(1, most / 2) }

    package var room: Room {
        if held.values.reduce(0, +) < most { return .everybody }
        return held.values.reduce(0) { $0 + min($1, half) } < most ? .below(half) : .none
    }

    package mutating func take(_ user: ID<User>) { held[user, default: 0] += 1 }

    package mutating func leave(_ user: ID<User>) {
        guard let count = held[user] else { return }
        held[user] = count > 1 ? count - 1 : nil
    }

    /// True if the user may have one more place.
    package func hasRoom(for user: ID<User>) -> Bool {
        switch room {
        case .none: false
        case .everybody: true
        case .below(let count): held[user, default: 0] < count
        }
    }
}
