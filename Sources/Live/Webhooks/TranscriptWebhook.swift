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
    /// Time between two looks whether the receiver has what the store brings, or takes requests again.
    static let keptInterval: Duration = .seconds(5)

    private let loop: Loop
    private let metrics: Metrics
    private let delivery: TranscriptDelivery
    private var batch = SegmentBatch()
    /// Conversations to which segments of the batch may belong, the present one last.
    private var conversations: [ID<Conversation>] = []
    private var document = WebhookDocument(people: [:], owner: nil)
    private var timer: Loop.Timer?
    private var isSending = false
    /// Segments that were removed while a request is under way.
    private var removedMeanwhile: Set<ID<Segment>> = []
    /// True if a delivery of the store brings all segments that were not sent.
    private var isStored = false
    /// Returns when the store has all that the session has left; false: it has not taken all. nil while the session goes on. Afterwards segments are
    /// sent at once.
    private var stored: (@Sendable () async -> Bool)?
    /// True if the webhook was removed or switched off.
    private var isOff = false

    init(_ delivery: TranscriptDelivery, metrics: Metrics, loop: Loop) {
        self.delivery = delivery
        self.metrics = metrics
        self.loop = loop
    }

    /// Takes the conversation to which the following segments belong.
    func began(_ conversation: ID<Conversation>) {
        conversations = (batch.isEmpty ? [] : conversations.filter { $0 != conversation }) + [conversation]
    }

    /// Takes new and changed segments.
    ///
    /// - Parameter document: has the names of the speakers.
    func changed(_ segments: [Segment], _ document: WebhookDocument) {
        guard !isOff else { return }
        self.document = document
        batch.add(segments)
        collect(after: isStored ? Self.keptInterval : Self.interval)
    }

    /// Takes segments that are part of others now.
    func removed(_ ids: [ID<Segment>]) {
        batch.remove(ids)
        if isSending { removedMeanwhile.formUnion(ids) }
    }

    /// Sends what waits, because the session is over.
    ///
    /// - Parameter stored: returns when the store has all that the session has left; false: it has not taken all.
    func ended(behind stored: @escaping @Sendable () async -> Bool) {
        self.stored = stored
        timer?.cancel()
        timer = nil
        collect(after: .zero)
    }

    private func collect(after wait: Duration) {
        guard timer == nil, !isSending, !batch.isEmpty else { return }
        guard stored == nil else { return send() }
        timer = loop.schedule(at: loop.now + wait) { [self] in
            timer = nil
            send()
        }
    }

    private func send() {
        let kept = batch.kept, dropped = batch.dropped, segments = batch.take(), conversations = conversations
        guard !segments.isEmpty else { return }
        self.conversations = Array(conversations.suffix(1))
        isSending = true
        let session = LoopBound(self, on: loop)
        Task { [delivery, document] in
            let outcome = await delivery.send(segments, kept: kept, isCut: dropped > 0, document, in: conversations)
            session.enter { $0.sent(segments, dropped, conversations, outcome) }
        }
    }

    /// - Parameter dropped: number of segments that had been dropped before the segments were taken.
    private func sent(
        _ segments: [Segment], _ dropped: Int, _ earlier: [ID<Conversation>], _ outcome: TranscriptDelivery.Outcome
    ) {
        isSending = false
        let removed = removedMeanwhile
        removedMeanwhile = []
        switch outcome {
        case .done:
            isStored = false
            collect(after: Self.interval)
        case .off:
            isOff = true
            batch = SegmentBatch()
        case .kept(let isStored):
            self.isStored = isStored
            // Segments from the store are kept there only: the user may delete or redact them meanwhile.
            guard !isStored else { return collect(after: Self.keptInterval) }
            conversations = earlier.filter { !conversations.contains($0) } + conversations
            if let stored { return leave(segments.count + dropped, behind: stored) }
            batch.putBack(segments.filter { !removed.contains($0.id) }, dropped: dropped)
            collect(after: Self.keptInterval)
        }
    }

    /// Leaves segments to the store as soon as it has them: no words are kept in memory after the session.
    ///
    /// - Parameter count: number of the segments.
    private func leave(_ count: Int, behind stored: @escaping @Sendable () async -> Bool) {
        isSending = true
        let session = LoopBound(self, on: loop)
        Task { [delivery, conversations] in
            let isLeft = await delivery.leaveRest(of: conversations, behind: stored)
            session.enter { $0.left(count, isLeft) }
        }
    }

    private func left(_ count: Int, _ isLeft: Bool) {
        isSending = false
        isStored = isLeft
        if !isLeft { metrics.webhookSegmentsDropped(count) }
        collect(after: .zero)
    }
}
