import Speech
import Testing

@testable import LocalEngine

@Suite struct `Decode queue` {
    private let now = Instant.now

    @Test func `gives live work by its deadline, then prerecorded work in the order in which it came`() {
        var queue = DecodeQueue<String>()
        queue.add("file 1", id: 1, urgency: .prerecorded)
        queue.add("later", id: 2, urgency: .live(deadline: now + .seconds(2)))
        queue.add("file 2", id: 3, urgency: .prerecorded)
        queue.add("sooner", id: 4, urgency: .live(deadline: now + .seconds(1)))
        queue.add("as soon, but came after", id: 5, urgency: .live(deadline: now + .seconds(1)))
        var order: [String] = []
        while let work = queue.next() { order.append(work) }
        #expect(order == ["sooner", "as soon, but came after", "later", "file 1", "file 2"])
    }

    @Test func `gives interims in line with other live work, or not at all`() {
        var queue = DecodeQueue<String>()
        queue.add("interim", id: 1, urgency: .interim(deadline: now + .seconds(1)))
        queue.add("later", id: 2, urgency: .live(deadline: now + .seconds(2)))
        var other = queue
        let order = [queue.nextLive(), queue.nextLive()]
        #expect(order == ["interim", "later"])
        let urgent = [other.nextLive(mayBeInterim: false), other.nextLive(mayBeInterim: false)]
        #expect(urgent == ["later", nil])
    }

    @Test func `keeps long work while there may be no more of it, and gives what came later`() {
        var queue = DecodeQueue<String>()
        queue.add("long 1", id: 1, urgency: .prerecorded, isLong: true)
        queue.add("long 2", id: 2, urgency: .prerecorded, isLong: true)
        queue.add("short", id: 3, urgency: .prerecorded)
        let order = [false, false, true, true].map { queue.next(mayBeLong: $0) }
        #expect(order == ["short", nil, "long 1", "long 2"])
    }

    @Test func `gives prerecorded work before interims that have to wait`() {
        var queue = DecodeQueue<String>()
        queue.add("interim", id: 1, urgency: .interim(deadline: now))
        queue.add("file", id: 2, urgency: .prerecorded)
        let order = [false, false, true].map { queue.next(mayBeInterim: $0) }
        #expect(order == ["file", nil, "interim"])
    }

    @Test func `gives no prerecorded work to who asks for live work`() {
        var queue = DecodeQueue<String>()
        queue.add("file", id: 1, urgency: .prerecorded)
        let live = queue.nextLive()
        #expect(live == nil)
        #expect(!queue.isLiveWaiting)
        #expect(queue.count == 1)
    }

    @Test func `forgets work that is removed, and says whether it still waited`() {
        var queue = DecodeQueue<String>()
        queue.add("file", id: 1, urgency: .prerecorded)
        queue.add("live", id: 2, urgency: .live(deadline: now))
        let removed = [1, 2, 2].map { queue.remove(id: $0) }
        #expect(removed == [true, true, false])
        let rest = queue.next()
        #expect(rest == nil)
    }
}
