import Testing

@testable import Observability

@Suite struct `A log queue` {
    private func all(_ queue: inout LogQueue) -> [LogQueue.Entry] {
        var entries: [LogQueue.Entry] = []
        while let entry = queue.next() { entries.append(entry) }
        return entries
    }

    @Test func `gives lines back in order`() {
        var queue = LogQueue()
        for line in ["a", "b", "c"] { #expect(queue.add(line) == true) }
        #expect(queue.count == 3)
        let rest = all(&queue)
        #expect(rest == [.line("a"), .line("b"), .line("c")])
        #expect(queue.count == 0)
        #expect(queue.next() == nil)
    }

    @Test(arguments: [LogQueue.Limits(lines: 4, bytes: 1_000), .init(lines: 1_000, bytes: 8)])
    func `drops what does not fit, and tells it behind the lines before`(limits: LogQueue.Limits) {
        var queue = LogQueue(limits: limits)
        for _ in 0..<4 { #expect(queue.add("ab") == true) }
        for _ in 0..<3 { #expect(queue.add("cd") == false) }
        let rest = all(&queue)
        #expect(rest == [.line("ab"), .line("ab"), .line("ab"), .line("ab"), .dropped(3)])
    }

    @Test func `takes no line until half of it is free, so that losses are told together`() {
        var queue = LogQueue(limits: .init(lines: 4, bytes: 1_000))
        for line in ["1", "2", "3", "4"] { #expect(queue.add(line) == true) }
        #expect(queue.add("lost") == false)
        #expect(queue.next() == .line("1"))
        #expect(queue.add("lost too") == false)
        #expect(queue.next() == .line("2"))
        #expect(queue.add("5") == true)
        let rest = all(&queue)
        #expect(rest == [.line("3"), .line("4"), .dropped(2), .line("5")])
    }

    @Test func `keeps its order over many lines`() {
        var queue = LogQueue(limits: .init(lines: 10, bytes: 1_000))
        var next = 0
        for number in 0..<10_000 {
            #expect(queue.add("\(number)") == true)
            if number % 7 > 0, queue.count > 3 {
                while let entry = queue.next() {
                    #expect(entry == .line("\(next)"))
                    next += 1
                }
            }
        }
    }
}
