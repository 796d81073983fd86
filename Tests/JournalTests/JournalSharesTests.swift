import Testing

@testable import Journal

@Suite struct `Shares of a journal` {
    private func segment(_ number: UInt32, _ byUser: [Int: Int], unfinished: Set<Int>, isCurrent: Bool = false) -> JournalShares.Segment {
        JournalShares.Segment(
            number: number, bytes: byUser.values.reduce(0, +), byUser: byUser, unfinished: unfinished, isCurrent: isCurrent)
    }

    @Test func `are all of one user's, whose oldest audio goes`() {
        var shares = JournalShares((0..<5).map { segment($0, [1: 100], unfinished: [1]) }, others: 0, room: 350)
        #expect(shares.heldBack.isEmpty)
        #expect(shares.giveUp() == [0, 1])
        #expect(shares.heldBack.isEmpty && shares.total == 300)
    }

    @Test func `take nothing of who has little`() {
        // The second user is live in all segments, and has nearly nothing in them.
        var shares = JournalShares((0..<4).map { segment($0, [1: 99, 2: 1], unfinished: [1, 2]) }, others: 0, room: 400)
        #expect(shares.giveUp() == [])
        #expect(shares.heldBack == [1])
    }

    @Test func `take the oldest files in which only those have something who have much`() {
        var shares = JournalShares(
            [
                segment(0, [1: 100, 2: 10], unfinished: [1, 2]), segment(1, [1: 100, 2: 5], unfinished: [1]), segment(2, [1: 100], unfinished: []),
                segment(3, [1: 50], unfinished: [1], isCurrent: true),
            ], others: 0, room: 400)
        #expect(shares.giveUp() == [1])
        #expect(shares.heldBack.isEmpty)
    }

    @Test func `charge users for what they have ended, as long as it takes room`() {
        let shares = JournalShares((0..<4).map { segment($0, [1: 99, 2: 1], unfinished: [2]) }, others: 0, room: 400)
        #expect(shares.heldBack == [1])
    }

    @Test func `end where the limit does`() {
        // What others have is more than the rule foresees.
        var shares = JournalShares((0..<3).map { segment($0, [1: 99, 2: 1], unfinished: [1, 2]) }, others: 300, room: 500)
        #expect(shares.giveUp() == [0])
        #expect(shares.total == 500)
    }

    @Test func `hold nobody back below three quarters`() {
        let shares = JournalShares((0..<3).map { segment($0, [1: 99, 2: 1], unfinished: [1, 2]) }, others: 0, room: 400)
        #expect(shares.heldBack.isEmpty)
    }
}
