import HarkenTesting
import Speech
import Testing

@testable import Journal
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

    @Test func `leaves the rest to a gateway, and says so`() async throws {
        #expect(try await wait([.leftToGateway], patience: .zero) == .leftToGateway)
        #expect(ErasureWait.End.leftToGateway.addition.contains("a gateway erases the words"))
    }

    @Test func `is also for another command that erases, and says so`() async throws {
        #expect(try await wait([.leftToCommand, .erased], patience: .seconds(3_600)) == .erased)
        #expect(try await wait([.leftToCommand], patience: .zero) == .leftToCommand)
        #expect(ErasureWait.End.leftToCommand.addition.contains("another harken command"))
    }

    @Test func `does not go on for a transcript that cannot be read, and names it`() async throws {
        let transcript = UnerasedTranscript(path: "/transcripts/a.json", reason: .damaged)
        #expect(try await wait([.leftToGateway, .unreadable(transcript), .erased], patience: .seconds(3_600)) == .unreadable(transcript))
        #expect(ErasureWait.End.unreadable(transcript).addition.contains("/transcripts/a.json"))
    }

    @Test(arguments: [(true, ErasureWait.End.erased), (false, .held)])
    func `has the end that a gateway's answer means`(isErased: Bool, end: ErasureWait.End) { #expect(ErasureWait.End(isErased) == end) }

    @Test func `does not wait for an earlier gateway, which does not say`() async throws {
        #expect(try await wait([ErasureWait.End(nil)], patience: .seconds(3_600)) == .unknown)
        #expect(ErasureWait.End.unknown.addition.contains("does not say when"))
    }
}
