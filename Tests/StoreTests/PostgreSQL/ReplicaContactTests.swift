@testable import Store
import Testing

@Suite struct `A gateway judges others` {
    private let start = ContinuousClock.now
    private let silenceLimit = Duration.seconds(12)

    private func contact(_ seconds: some Sequence<Int>) -> ReplicaContact {
        var contact = ReplicaContact()
        for second in seconds { contact.reached(start + .seconds(second)) }
        return contact
    }

    @Test func `only after its own contact has lasted`() {
        #expect(!contact([]).mayJudge(start, silenceLimit: silenceLimit))
        #expect(!contact(stride(from: 0, through: 8, by: 2)).mayJudge(start + .seconds(10), silenceLimit: silenceLimit))
        #expect(contact(stride(from: 0, through: 10, by: 2)).mayJudge(start + .seconds(12), silenceLimit: silenceLimit))
    }

    @Test func `and learns that others may have taken its sessions while it stood still`() {
        #expect(!contact([]).isBroken(start))
        let contact = contact(stride(from: 0, through: 8, by: 2))
        #expect(!contact.isBroken(start + .seconds(13)))
        #expect(contact.isBroken(start + .seconds(15)))
    }

    @Test func `not with the first sign of life after an outage of the database`() {
        var contact = contact(stride(from: 0, through: 60, by: 2))
        #expect(contact.mayJudge(start + .seconds(62), silenceLimit: silenceLimit))
        #expect(!contact.mayJudge(start + .seconds(90), silenceLimit: silenceLimit))
        for second in [90, 92, 94, 96, 98, 100] {
            contact.reached(start + .seconds(second))
            #expect(!contact.mayJudge(start + .seconds(second), silenceLimit: silenceLimit))
        }
        contact.reached(start + .seconds(102))
        #expect(contact.mayJudge(start + .seconds(102), silenceLimit: silenceLimit))
    }
}
