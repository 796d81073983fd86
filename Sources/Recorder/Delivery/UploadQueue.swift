internal import Framing
internal import Net
package import Speech
internal import Synchronization

/// Delivers recordings from the disk, the oldest first, one chunk at a time, and keeps trying until the server takes them.
package final class UploadQueue: Sendable {
    /// The clock and the randomness of the queue; tests replace them.
    package struct Clock: Sendable {
        package var now: @Sendable () -> Instant
        /// Returns at the given time, or when the task is cancelled.
        package var sleep: @Sendable (Instant) async -> Void
        /// Returns a random number, 0…1.
        package var jitter: @Sendable () -> Double

        package init(
            now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Instant) async -> Void,
            jitter: @escaping @Sendable () -> Double
        ) {
            self.now = now
            self.sleep = sleep
            self.jitter = jitter
        }

        package static let system = Clock(
            now: { .now }, sleep: { try? await Task.sleep(for: $0 - .now) }, jitter: { Double.random(in: 0...1) })
    }

    /// Totals of everything that was added, finished recordings included.
    package struct Tally: Sendable, Equatable {
        /// Number of chunks that the server has received.
        package var sent = 0
        /// Number of chunks that the server will never take.
        package var held = 0
        /// Duration of the chunks that have speech.
        package var spoken = SampleCount.zero
    }

    private struct State {
        /// Totals of finished recordings, except `sent`, which covers all recordings.
        var tally = Tally()
        var recordings: [SpooledRecording] = []
        /// True if no more recordings will be added.
        var isEnding = false
        /// The time when the server last took a chunk, or reported that it is at work; nil: never.
        var progress: Instant?
    }

    private let transport: any UploadTransport
    private let clock: Clock
    private let newID: @Sendable () -> String
    private let tell: @Sendable (RecorderEvent) -> Void
    private let bell = AsyncSignal()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - newID: makes the name of a conversation: a new UUID.
    ///   - tell: takes events, on any thread.
    package init(
        _ transport: any UploadTransport, clock: Clock, newID: @escaping @Sendable () -> String, tell: @escaping @Sendable (RecorderEvent) -> Void
    ) {
        self.transport = transport
        self.clock = clock
        self.newID = newID
        self.tell = tell
    }

    /// Adds a recording, which is delivered after all recordings that were added before.
    package func add(_ recording: SpooledRecording) {
        state.withLock { state in
            if !state.recordings.contains(where: { $0 === recording }) { state.recordings.append(recording) }
        }
        ring()
    }

    /// Wakes the queue, because there may be something new to deliver.
    package func ring() { bell.ring() }

    /// Notes that no more recordings will be added. `run` then returns once all are delivered.
    package func end() {
        state.withLock { $0.isEnding = true }
        ring()
    }

    /// The recordings that are not delivered yet.
    package var recordings: [SpooledRecording] { state.withLock { $0.recordings } }

    package var tally: Tally {
        state.withLock { state in
            var tally = state.tally
            for history in state.recordings.map(\.history) {
                tally.held += history.held.count
                tally.spoken += history.spoken
            }
            return tally
        }
    }

    /// The time when the server last took something, or reported that it is at work; nil: never.
    package var lastProgress: Instant? { state.withLock { $0.progress } }

    /// Delivers until everything is delivered and `end` was called, or until the task is cancelled.
    @concurrent package func run() async {
        while !Task.isCancelled {
            guard let recording = state.withLock({ $0.recordings.first }) else {
                if state.withLock({ $0.isEnding }) { return }
                await bell.wait()
                continue
            }
            await deliver(recording)
        }
    }

    /// Delivers one recording completely.
    private func deliver(_ recording: SpooledRecording) async {
        var told = Told()
        while !Task.isCancelled {
            switch recording.next(now: clock.now()) {
            case .start:
                let origin = recording.origin, started = recording.history.started
                let item = UploadItem.start(
                    conversation: proposal(for: recording), language: origin.language, title: origin.title, started: started)
                await bring(item, of: recording, &told)
            case .send(let chunk):
                guard let item = item(chunk, of: recording) else { continue }
                await bring(item, of: recording, about: chunk, &told)
            case .finish: await bring(.finish(conversation: recording.conversation ?? ""), of: recording, &told)
            case .wait(let until): await wait(until: until)
            case .idle: await bell.wait()
            case .done:
                do throws(SpoolError) { try recording.note(.finished) } catch { tell(.damaged("\(error)")) }
                recording.remove()
                let history = recording.history
                state.withLock { state in
                    state.recordings.removeAll { $0 === recording }
                    state.tally.held += history.held.count
                    state.tally.spoken += history.spoken
                }
                return
            }
        }
    }

    /// Events that were already reported for a recording's delivery, so that each is reported once.
    private struct Told {
        var isUnreachable = false
        var status: Int?
    }

    private func bring(_ item: UploadItem, of recording: SpooledRecording, about chunk: QueuedChunk? = nil, _ told: inout Told) async {
        let receipt = await transport.deliver(item)
        // The task was cancelled, so a missing answer is not the server's fault.
        if Task.isCancelled, !receipt.isAnswered { return }
        let before = recording.conversation
        do throws(SpoolError) {
            // The log is written first, so that the disk knows what was delivered.
            switch (item, receipt.answer) {
            case (.start, .delivered): if let id = receipt.conversation, !id.isEmpty { try recording.note(.conversation(id)) }
            case (.start, .rejected(409)): try recording.note(.proposed(nil))
            case (.chunk, .delivered): if let chunk { try recording.note(.delivered(chunk.range.start)) }
            case (.chunk, .rejected(let status)): if let chunk { try recording.note(.rejected(chunk.range.start, status: status)) }
            case (.chunk, .conversationGone): try recording.note(.conversation(nil))
            case _: break
            }
        } catch {
            // The item is delivered again after the next start, and the server recognizes the repetition.
            tell(.damaged("\(error)"))
        }
        recording.answered(receipt.answer, conversation: receipt.conversation, now: clock.now(), jitter: clock.jitter())
        state.withLock { state in
            if receipt.answer == .delivered, chunk != nil { state.tally.sent += 1 }
            if receipt.answer.isSignOfWork { state.progress = clock.now() }
        }
        say(receipt, of: item, chunk, before, &told)
    }

    private func say(_ receipt: Receipt, of item: UploadItem, _ chunk: QueuedChunk?, _ conversation: String?, _ told: inout Told) {
        if receipt.answer == .unavailable {
            if !told.isUnreachable { tell(.unreachable) }
            told.isUnreachable = true
            return
        }
        if told.isUnreachable { tell(.reachable) }
        told.isUnreachable = false
        switch receipt.answer {
        case .delivered:
            told.status = nil
            switch item {
            case .start:
                if let reason = receipt.undated { tell(.undated(reason)) }
                receipt.conversation.map { tell(.conversation($0)) }
            case .chunk: chunk.map { tell(.sent($0.range)) }
            case .finish(let conversation): tell(.finished(conversation: conversation, title: receipt.title))
            }
        case .notAdmitted(let status):
            if told.status != status { tell(.notAdmitted(status: status, detail: receipt.detail)) }
            told.status = status
        case .rejected(let status):
            // The conversation's name is taken; the next try uses another name.
            if case .start = item, status == 409 { return }
            if told.status != status { tell(.rejected(status: status, detail: receipt.detail)) }
            told.status = status
        case .conversationGone:
            // No conversation exists yet, so the 404 means that the server does not have the route.
            if case .start = item, told.status != 404 {
                tell(.rejected(status: 404, detail: "the gateway accepts no recordings"))
                told.status = 404
            }
        case .unavailable, .tryLater: break
        }
    }

    /// Returns the conversation's name to ask for. The name is on the disk before the request, so that a lost answer leaves no conversation that
    /// nobody ends.
    private func proposal(for recording: SpooledRecording) -> String {
        if let known = recording.history.proposal { return known }
        let new = newID()
        do throws(SpoolError) { try recording.note(.proposed(new)) } catch { tell(.damaged("\(error)")) }
        return new
    }

    /// Makes the item of a chunk. When its audio cannot be read, the chunk is held, the other chunks go on, and the result is nil.
    private func item(_ chunk: QueuedChunk, of recording: SpooledRecording) -> UploadItem? {
        do throws(SpoolError) {
            let audio = try recording.audio(of: chunk.range)
            let conversation = recording.conversation ?? ""
            let digest = SHA256.digest(audio).prefix(8).hexadecimal
            return .chunk(
                name: chunk.name(in: conversation, rate: .speech, digest: digest), conversation: conversation,
                startMilliseconds: chunk.startMilliseconds(at: .speech), audio: audio, language: recording.origin.language)
        } catch {
            tell(.damaged("\(error)"))
            try? recording.note(.rejected(chunk.range.start, status: 0))
            recording.answered(.rejected(status: 0), conversation: nil, now: clock.now(), jitter: 0)
            return nil
        }
    }

    /// Waits until that time, or until the task is cancelled.
    private func wait(until: Instant) async { await clock.sleep(until) }
}
