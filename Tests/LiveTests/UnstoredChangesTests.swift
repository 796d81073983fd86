import Conversations
@testable import Live
import Speech
import Store
import Testing

@Suite struct `Changes on their way to the store` {
    private func change(_ number: Int, _ conversation: ID<Conversation> = ID("c")) -> ConversationUpdate {
        let segment = Segment(id: ID("\(number)"), text: "w\(number)", start: .zero, end: .seconds(1), channel: .first, engine: .local)
        return ConversationUpdate(conversation, changed: [segment], isLive: true)
    }

    @Test func `become one while another change is being stored`() {
        var changes = UnstoredChanges()
        #expect(changes.isEmpty)
        let first = changes.add(change(1), number: 1)
        #expect(first.map(\.number) == [1])
        for number in 2...4 {
            let now = changes.add(change(number), number: number)
            #expect(now.isEmpty)
        }
        let next = changes.settled(1)
        #expect(next?.number == 4)
        #expect(next?.update.changed.map(\.text) == ["w2", "w3", "w4"])
        #expect(!changes.isEmpty)
        let last = changes.settled(4)
        #expect(last == nil)
        #expect(changes.isEmpty)
        let later = changes.add(change(5), number: 5)
        #expect(later.map(\.number) == [5])
    }

    @Test func `do not become one with those of another conversation`() {
        var changes = UnstoredChanges()
        _ = changes.add(change(1), number: 1)
        _ = changes.add(change(2), number: 2)
        let other = changes.add(change(3, ID("d")), number: 3)
        #expect(other.map(\.number) == [2])
        let next = changes.settled(1)
        #expect(next?.update.conversation == ID("d"))
    }

    @Test func `are handed on before what depends on them`() {
        var changes = UnstoredChanges()
        _ = changes.add(change(1), number: 1)
        _ = changes.add(change(2), number: 2)
        let waiting = changes.flush()
        #expect(waiting?.number == 2)
        let next = changes.settled(1)
        #expect(next == nil)
        _ = changes.settled(2)
        #expect(changes.isEmpty)
    }

    @Test func `go on after one that the store has refused`() {
        var changes = UnstoredChanges()
        _ = changes.add(change(1), number: 1)
        _ = changes.add(change(2), number: 2)
        let next = changes.settled(nil)
        #expect(next?.number == 2)
        #expect(!changes.isEmpty)
    }
}
