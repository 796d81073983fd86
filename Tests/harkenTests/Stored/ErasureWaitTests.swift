import HarkenTesting
import Speech
import Testing

@testable import harken

@Suite(.hangLimit) struct `The wait of a command for an erasure` {
    private func wait(_ answers: [ErasureWait.End], patience: Duration) async throws -> ErasureWait.End {
        var left = answers[...]
        let line = ProgressLine(in: CommandContext(environment: [:]))
        return try await ErasureWait(line: line, patience: patience, interval: .milliseconds(1)).run {
            left.count > 1 ? left.removeFirst() : left[left.startIndex]
        }
    }

    @Test func `ends when the data is gone, and says so`() async throws {
        #expect(try await wait([.held, .leftToGateway, .erased], patience: .seconds(3_600)) == .erased)
        #expect(ErasureWait.End.erased.addition.isEmpty)
    }

    @Test func `says who holds the data up, and how to ask`() async throws {
        #expect(try await wait([.held], patience: .zero) == .held)
        let text = ErasureWait.End.held.addition
        #expect(text.contains("another program reads") && text.contains("harken doctor"))
    }

    @Test func `leaves the rest to a gateway that runs, and says so`() async throws {
        #expect(try await wait([.leftToGateway], patience: .zero) == .leftToGateway)
        #expect(ErasureWait.End.leftToGateway.addition.contains("the gateway that runs erases"))
    }

    @Test(arguments: [(true, ErasureWait.End.erased), (false, .held)])
    func `has the end that a gateway's answer means`(isErased: Bool, end: ErasureWait.End) { #expect(ErasureWait.End(isErased) == end) }

    @Test func `does not wait for an earlier gateway, which does not say`() async throws {
        #expect(try await wait([ErasureWait.End(nil)], patience: .seconds(3_600)) == .unknown)
        #expect(ErasureWait.End.unknown.addition.contains("does not say when"))
    }
}
