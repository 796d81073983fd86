import LocalEngine
import Testing

@Suite struct `Result order` {
    @Test func `results wait for those before them`() {
        var order = ResultOrder<String>()
        let steps = [order.add("c", at: 2), order.add("a", at: 0), order.add("b", at: 1), order.add("d", at: 3)]
        #expect(steps == [[], ["a"], ["b", "c"], ["d"]])
        #expect(order.waitingCount == 0)
    }
}
