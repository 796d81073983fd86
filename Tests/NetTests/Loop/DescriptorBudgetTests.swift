@testable import Net
import Testing

@Suite struct `The budget of descriptors` {
    @Test(arguments: [(256, 128), (400, 247), (1024, 832), (4096, 3712), (1_048_576, 982_912), (4, 2)])
    func `keeps some from callers`(limit: Int, connections: Int) {
        #expect(DescriptorBudget(limit: limit).connections == connections)
    }

    @Test func `is what the system allows once there are loops`() throws {
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        #expect(DescriptorBudget().limit > 4)
    }

    @Test func `leaves connections some that sessions do not get, and gives back what ends`() {
        let budget = DescriptorBudget(limit: 400)
        #expect(budget.entrance == 15 && budget.sessions(taking: 2) == 77 && budget.sessions(taking: 0) == 232)
        var shares: [DescriptorShare] = []
        while budget.take(1, for: .connection) {
            guard let share = budget.share(of: 2) else { break }
            shares.append(share)
        }
        #expect(shares.count == 77)
        var refused = 1
        while budget.take(1, for: .connection) { refused += 1 }
        #expect(refused == 247 - 3 * 77 && budget.share(of: 1) == nil)
        shares = []
        #expect(budget.share(of: 2) != nil)
        budget.giveBack(77 + refused)
        #expect(budget.share(of: 232) != nil && budget.share(of: 233) == nil && budget.share(of: 0) != nil)
    }
}
