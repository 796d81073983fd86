internal import Conversations
internal import Net
internal import Observability
internal import Protocols
internal import Speech

/// The webhook that gets the segments of one live session as they come. At most one request is under way, so the receiver gets the segments in
/// order; meanwhile further segments wait.
///
/// Lives on the session's loop and is called there only.
final class TranscriptWebhook {
    /// Time for which segments are collected before they are sent.
    static let interval: Duration = .milliseconds(600)

    private let loop: Loop
    private let metrics: Metrics
    private let delivery: TranscriptDelivery
    private var batch = SegmentBatch()
    private var document = WebhookDocument(people: [:], owner: nil)
    private var timer: Loop.Timer?
    private var isSending = false
    /// True if the session is over: segments are sent at once.
    private var isEnded = false
    /// True if the webhook was removed or switched off.
    private var isOff = false

    init(_ delivery: TranscriptDelivery, metrics: Metrics, loop: Loop) {
        self.delivery = delivery
        self.metrics = metrics
        self.loop = loop
    }

    /// Takes new and changed segments.
    ///
    /// - Parameter document: has the names of the speakers.
    func changed(_ segments: [Segment], _ document: WebhookDocument) {
        guard !isOff else { return }
        self.document = document
        let dropped = batch.add(segments)
        if dropped > 0 { metrics.webhookSegmentsDropped(dropped) }
        collect()
    }

    /// Takes segments that are part of others now.
    func removed(_ ids: [ID<Segment>]) { batch.remove(ids) }

    /// Sends what waits, because the session is over.
    func ended() {
        isEnded = true
        timer?.cancel()
        timer = nil
        collect()
    }

    private func collect() {
        guard timer == nil, !isSending, !batch.isEmpty else { return }
        guard !isEnded else { return send() }
        timer = loop.schedule(at: loop.now + Self.interval) { [self] in
            timer = nil
            send()
        }
    }

    private func send() {
        let segments = batch.take()
        guard !segments.isEmpty else { return }
        isSending = true
        let session = LoopBound(self, on: loop)
        Task { [delivery, document] in
            let isOn = await delivery.send(segments, document)
            session.enter { $0.sent(isOn: isOn) }
        }
    }

    private func sent(isOn: Bool) {
        isSending = false
        guard isOn else {
            isOff = true
            batch = SegmentBatch()
            return
        }
        collect()
    }
}
