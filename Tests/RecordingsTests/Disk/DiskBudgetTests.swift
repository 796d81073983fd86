import Net
import Protocols
@testable import Recordings
import Speech
import Store
import Testing

@Suite struct `A disk budget` {
    private let ann = ID<User>("ann")

    @Test func `refuses uploads for which there are no descriptors, and no accepted jobs`() throws {
        let budget = DiskBudget(limits: DiskLimits(), descriptors: DescriptorBudget(limit: 4)) { nil }
        #expect(throws: RequestError.self) { _ = try budget.open(DiskOwner(user: ann, key: nil), announced: nil) }
        let hold = try budget.open(DiskOwner(user: ann, key: nil, isSent: false), announced: nil)
        #expect(hold.take(1_000) && budget.total > 0)
    }
}
