import Framing
import Net
import Protocols
import Testing

@testable import Vendors

@Suite struct `Requests are repeated` {
    private let rule = RetryRule()
    private let question = VendorRequest(.get, "/q", headers: [:])
    private let order = VendorRequest(.post, "/o", headers: [:], repetition: .ifNotActedOn)

    private func answer(_ status: Int, retryAfter: String? = nil) -> VendorAnswer {
        VendorAnswer(status: status, headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
    }

    @Test(arguments: [
        (408, true, false), (429, true, true), (500, true, false), (503, true, true), (504, true, false), (400, false, false), (404, false, false),
    ])
    func `as their status and their effect allow`(status: Int, question isAsked: Bool, order isOrdered: Bool) {
        #expect((rule.wait(after: answer(status), to: question, attempt: 1, chance: 0) != nil) == isAsked)
        #expect((rule.wait(after: answer(status), to: order, attempt: 1, chance: 0) != nil) == isOrdered)
    }

    @Test func `after a broken connection only when twice does no harm`() {
        #expect(rule.wait(after: .failed("reset"), to: order, attempt: 1, chance: 0) == nil)
        #expect(rule.wait(after: .failed("reset"), to: question, attempt: 1, chance: 0) != nil)
        #expect(rule.wait(after: .unreachable, to: order, attempt: 1, chance: 0) != nil)
        #expect(rule.wait(after: .cancelled, to: question, attempt: 1, chance: 0) == nil)
    }

    @Test func `with waits that grow, of which chance gives a half, and not for ever`() {
        let waits = (1...5).map { rule.wait(after: answer(500), to: question, attempt: $0, chance: 1) }
        #expect(waits == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), nil])
        #expect(rule.wait(after: answer(500), to: question, attempt: 1, chance: 0) == .milliseconds(250))
    }

    @Test func `when the vendor says, unless that is too long`() {
        #expect(rule.wait(after: answer(429, retryAfter: "7"), to: order, attempt: 1, chance: 1) == .seconds(7))
        #expect(rule.wait(after: answer(429, retryAfter: "600"), to: order, attempt: 1, chance: 1) == nil)
    }

    @Test func `when the request itself says that the status passes`() {
        var deletion = question
        deletion.passing = [409]
        #expect(rule.wait(after: answer(409), to: deletion, attempt: 1, chance: 0) != nil)
        #expect(rule.wait(after: answer(409), to: question, attempt: 1, chance: 0) == nil)
    }
}
