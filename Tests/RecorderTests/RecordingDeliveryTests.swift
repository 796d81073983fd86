import HarkenTesting
@testable import Recorder
import Speech
import Testing

struct RecordingDeliveryTests {
    private let now = Instant.now

    private func chunk(_ second: Int, isFinal: Bool = false) -> QueuedChunk {
        QueuedChunk(range: SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000)), isFinal: isFinal)
    }

    @Test("goes on with its conversation until the recording has ended")
    func end() throws {
        let folder = TemporaryFolder()
        let spool = try RecordingSpool(path: folder.path, limit: 1 << 20, profile: .recording, now: { UnixTime(milliseconds: 0) }, newID: { "r" })
        let recording = try spool.make(server: "s", language: nil)
        for number in 0..<2 {
            try recording.note(.chunk(chunk(number), .speech))
            if number == 0 {
                #expect(recording.next(now: now) == .start)
                try recording.note(.conversation("c"))
                recording.answered(.delivered, conversation: "c", now: now, jitter: 0)
            }
            #expect(recording.next(now: now) == .send(chunk(number)))
            try recording.note(.delivered(chunk(number).range.start))
            recording.answered(.delivered, conversation: nil, now: now, jitter: 0)
            #expect(recording.next(now: now) == .idle)
        }
        try recording.note(.complete)
        #expect(recording.next(now: now) == .finish)
    }

    @Test("starts a conversation, sends the oldest first, one at a time, and says when it is complete")
    func order() {
        var delivery = RecordingDelivery()
        #expect(delivery.next(now: now) == .idle)
        delivery.add(chunk(0))
        delivery.add(chunk(1))
        #expect(delivery.next(now: now) == .start)
        #expect(delivery.next(now: now) == .idle)
        delivery.answered(.delivered, conversation: "c", now: now, jitter: 0)
        #expect(delivery.next(now: now) == .send(chunk(0)))
        #expect(delivery.next(now: now) == .idle)
        delivery.answered(.delivered, now: now, jitter: 0)
        #expect(delivery.next(now: now) == .send(chunk(1)))
        delivery.complete()
        delivery.answered(.delivered, now: now, jitter: 0)
        #expect(delivery.next(now: now) == .finish)
        delivery.answered(.delivered, now: now, jitter: 0)
        #expect(delivery.next(now: now) == .done)
    }

    @Test("a recording in which nothing was said becomes no conversation")
    func silent() {
        var delivery = RecordingDelivery()
        delivery.complete()
        #expect(delivery.next(now: now) == .done)
    }

    @Test("waits twice as long after each failure, half a minute and half as much again at most, and loses nothing")
    func backoff() {
        var delivery = RecordingDelivery(conversation: "c", waiting: [chunk(0)])
        var time = now
        var waits: [Duration] = []
        for _ in 0..<12 {
            #expect(delivery.next(now: time) == .send(chunk(0)))
            delivery.answered(.unavailable, now: time, jitter: 1)
            guard case .wait(let until) = delivery.next(now: time) else {
                Issue.record("it does not wait")
                return
            }
            waits.append(until - time)
            time = until
        }
        #expect(waits[0] == .milliseconds(375))
        #expect(waits[1] == .milliseconds(750))
        #expect(waits.last == .seconds(45))
        #expect(delivery.next(now: time) == .send(chunk(0)))
    }

    @Test("comes back no sooner than the server wants")
    func retryAfter() {
        var delivery = RecordingDelivery(conversation: "c", waiting: [chunk(0)])
        _ = delivery.next(now: now)
        delivery.answered(DeliveryAnswer(status: 429, retryAfter: .seconds(30)), now: now, jitter: 0)
        #expect(delivery.next(now: now + .milliseconds(29_999)) == .wait(until: now + .seconds(30)))
        #expect(delivery.next(now: now + .seconds(30)) == .send(chunk(0)))
    }

    @Test("what will never be taken is kept aside, and the rest goes on", arguments: [400, 413, 422])
    func rejected(status: Int) {
        var delivery = RecordingDelivery(conversation: "c", waiting: [chunk(0), chunk(1)])
        _ = delivery.next(now: now)
        delivery.answered(DeliveryAnswer(status: status, retryAfter: nil), now: now, jitter: 0)
        #expect(delivery.held == [chunk(0)])
        #expect(delivery.trouble == RecordingDelivery.Trouble(status: status))
        #expect(delivery.next(now: now) == .send(chunk(1)))
    }

    @Test("a key that is not taken holds everything back, and is tried again", arguments: [401, 402, 403])
    func notAdmitted(status: Int) {
        var delivery = RecordingDelivery(conversation: "c", waiting: [chunk(0)])
        _ = delivery.next(now: now)
        delivery.answered(DeliveryAnswer(status: status, retryAfter: nil), now: now, jitter: 0)
        #expect(delivery.waiting == [chunk(0)])
        #expect(delivery.next(now: now) == .wait(until: now + .seconds(60)))
        _ = delivery.next(now: now + .seconds(60))
        delivery.answered(.delivered, now: now, jitter: 0)
        #expect(delivery.trouble == nil)
    }

    @Test("what is left of a conversation that is gone becomes another")
    func gone() {
        var delivery = RecordingDelivery(conversation: "c", waiting: [chunk(7)])
        _ = delivery.next(now: now)
        delivery.answered(DeliveryAnswer(status: 404, retryAfter: nil), now: now, jitter: 0)
        #expect(delivery.next(now: now + .seconds(1)) == .start)
        delivery.answered(.delivered, conversation: "d", now: now, jitter: 0)
        #expect(delivery.next(now: now + .seconds(1)) == .send(chunk(7)))
    }

    @Test("goes on from what is on the disk", arguments: [nil, "c"])
    func resumed(conversation: String?) {
        var delivery = RecordingDelivery(conversation: conversation, waiting: [chunk(3, isFinal: true)], isComplete: true)
        #expect(delivery.next(now: now) == (conversation == nil ? .start : .send(chunk(3, isFinal: true))))
    }

    @Test("names a chunk by its conversation, place, size and bytes")
    func names() {
        #expect(chunk(2).name(in: "a b/ü", rate: .speech, digest: "00ff") == "a_b__-2000-32000-00ff")
    }

    @Test(
        "knows what each answer means",
        arguments: [
            (200, nil, DeliveryAnswer.delivered), (409, "chunk_in_progress", .tryLater(.seconds(1))),
            (409, "chunk_mismatch", .rejected(status: 409)),
            (409, "conversation_finished", .conversationGone), (409, "not_in_progress", .conversationGone), (408, nil, .unavailable),
            (500, nil, .unavailable), (nil, nil, .unavailable),
        ] as [(Int?, String?, DeliveryAnswer)])
    func answers(status: Int?, code: String?, meaning: DeliveryAnswer) {
        #expect(DeliveryAnswer(status: status, retryAfter: nil, code: code) == meaning)
    }
}
