import Store
import Testing

@Suite struct `A failure of a delivery` {
    private static let all: [DeliveryFailure] = [
        .refused(status: 404), .failed(status: 503), .timedOut, .unresolved, .unreachable, .untrusted, .broken, .forbiddenAddress, .switchedOff,
        .webhookRemoved,
    ]

    @Test(arguments: all) func `is stored as a text and read again`(failure: DeliveryFailure) {
        #expect(DeliveryFailure(stored: failure.stored) == failure)
        #expect(failure.reason.hasSuffix("."))
    }

    @Test func `has a name of its own`() {
        #expect(Set(Self.all.map(\.code)).count == Self.all.count)
        #expect(Self.all.compactMap(\.status) == [404, 503])
        #expect(Self.all.filter { !$0.isOfAttempt } == [.switchedOff, .webhookRemoved])
    }

    @Test(arguments: ["", "refused", "refused:", "failed:x", "other"]) func `of another version is not read`(text: String) {
        #expect(DeliveryFailure(stored: text) == nil)
    }
}
