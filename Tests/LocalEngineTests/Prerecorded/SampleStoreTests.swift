import LocalEngine
import Speech
import Testing

@Suite struct `Sample store` {
    private func range(_ start: Int, _ end: Int) -> SampleRange { SampleRange(SampleIndex(start), SampleIndex(end)) }

    @Test func `gives the samples of a range as far as they are there`() {
        var store = SampleStore()
        store.append([0, 1, 2, 3])
        store.append([4, 5])
        #expect(store[range(2, 5)] == [2, 3, 4])
        #expect(store[range(4, 100)] == [4, 5])
        #expect(store[range(6, 9)].isEmpty)
        #expect(store.power(of: range(1, 3)) == 2.5)
        #expect(store.power(of: range(7, 9)) == 0)
    }

    @Test func `forgets in large pieces and keeps its positions`() {
        var store = SampleStore()
        store.append((0..<100).map(Float.init))
        store.discard(before: SampleIndex(30))
        #expect(store.start == .zero)
        store.discard(before: SampleIndex(80))
        #expect(store.start == SampleIndex(80))
        #expect(store[range(70, 83)] == [80, 81, 82])
        store.discard(before: SampleIndex(500))
        #expect(store.end == SampleIndex(100))
        store.append([7])
        #expect(store[range(100, 101)] == [7])
    }
}
