import LocalEngine
import Speech
import Testing

@Suite struct `Decode guard` {
    private func tokens(_ ids: [Int32]) -> [Token] { ids.map { Token($0) } }

    @Test func `allows eight tokens a second and ten`() {
        #expect(DecodeGuard.tokenBudget(for: SampleCount(.seconds(5), at: .speech), at: .speech) == 50)
        #expect(DecodeGuard.tokenBudget(for: .zero, at: .speech) == 10)
    }

    @Test(arguments: [(1, 8), (2, 5), (3, 5), (4, 4), (7, 4), (8, 3), (40, 3)])
    func `a group of tokens that comes too often is a loop, of which the first round stays`(length: Int, rounds: Int) {
        let group = (0..<length).map { Int32(100 + $0) }
        let before: [Int32] = [50, 51]
        let loop = before + Array(repeatElement(group, count: rounds).joined())
        #expect(DecodeGuard.endOfLoop(in: tokens(loop)) == before.count + length)
        #expect(DecodeGuard.endOfLoop(in: tokens(Array(loop.dropLast()))) == nil)
    }

    @Test(arguments: [
        [] as [Int32], [5], [5, 5, 5, 5], [7, 8, 7, 8, 7, 8], Array(1...200),
    ])
    func `what people say is no loop`(ids: [Int32]) {
        #expect(DecodeGuard.endOfLoop(in: tokens(ids)) == nil)
    }

    @Test func `a loop that has ended is not one`() {
        let ids = Array(repeating: Int32(9), count: 7) + [10]
        #expect(DecodeGuard.endOfLoop(in: tokens(ids)) == nil)
    }
}
