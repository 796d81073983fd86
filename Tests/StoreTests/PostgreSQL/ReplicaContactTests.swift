@testable import Store
import Testing

@Suite struct `A gateway judges others` {
    private let start = ContinuousClock.now
    private let patience = Duration.seconds(12)

    private func contact(_ seconds: some Sequence<Int>) -> ReplicaContact {
        var contact = ReplicaContact()
        for second in seconds { contact.reached(start + .seconds(second)) }
        return contact
    }

    @Test func `only after its own contact has lasted`() {
        #expect(!contact([]).mayJudge(start, patience: patience))
        #expect(!contact(stride(from: 0, through: 8, by: 2)).mayJudge(start + .seconds(10), patience: patience))
        #expect(contact(stride(from: 0, through: 10, by: 2)).mayJudge(start + .seconds(12), patience: patience))
    }

    @Test func `not with the first sign of life after an outage of the database`() {
        var contact = contact(stride(from: 0, through: 60, by: 2))
        #expect(contact.mayJudge(start + .seconds(62), patience: patience))
        #expect(!contact.mayJudge(start + .seconds(90), patience: patience))
        for second in [90, 92, 94, 96, 98, 100] {
            contact.reached(start + .seconds(second))
            #expect(!contact.mayJudge(start + .seconds(second), patience: patience))
        }
        contact.reached(start + .seconds(102))
        #expect(contact.mayJudge(start + .seconds(102), patience: patience))
    }
}
