@testable import Recordings
import Speech
import Testing

@Suite struct `Shares of workers` {
    private let ann = ID<User>("ann"), bob = ID<User>("bob"), eve = ID<User>("eve")

    @Test func `are all of one user's when nobody else waits`() {
        var shares = WorkShares(most: 8)
        for _ in 0..<8 {
            #expect(shares.room == .everybody)
            shares.take(ann)
        }
        #expect(!shares.hasRoom(for: ann))
    }

    @Test func `leave half to others, who share it`() {
        var shares = WorkShares(most: 8)
        for _ in 0..<8 { shares.take(ann) }
        #expect(shares.room == .below(4))
        for user in [bob, bob, eve, eve] {
            #expect(shares.hasRoom(for: user))
            shares.take(user)
        }
        #expect(shares.room == .none, "12 at once are the most")
        shares.leave(bob)
        #expect(shares.hasRoom(for: bob) && shares.hasRoom(for: eve) && !shares.hasRoom(for: ann))
    }

    @Test func `that were given back are free`() {
        var shares = WorkShares(most: 2)
        shares.take(ann)
        shares.take(ann)
        shares.leave(ann)
        shares.leave(bob)
        #expect(shares.held == [ann: 1] && shares.room == .everybody)
        shares.leave(ann)
        #expect(shares == WorkShares(most: 2))
    }
}
