internal import Conversations
internal import Observability
internal import Speech
internal import Store

/// The work for a live conversation's kept audio, beside the conversation's other work: words do not wait for the encoder, and the encoder does not wait for
/// a database that is away.
struct AudioWork: Sendable {
    enum Item: Sendable {
        /// The session's next audio.
        case audio([Int16], from: SampleIndex)
        /// Makes a time of the session silent in the kept audio.
        case silence(SampleRange)
        /// Ends the audio so far; the file goes to whoever asked.
        case close(AsyncStream<ConversationAudio.Kept>.Continuation)
        /// Discards the audio so far, which belongs to no conversation.
        case discard
        /// Ends the stream: all earlier items are done.
        case end(AsyncStream<Void>.Continuation)
    }

    let audio: ConversationAudio
    let log: Log
    /// Called on any thread when a batch of audio was taken.
    let taken: @Sendable () -> Void
    /// Called on any thread with a time to silence whose audio is in a complete file.
    let late: @Sendable (SampleRange) -> Void

    /// Carries out items until the stream ends.
    func carryOut(_ items: AsyncStream<Item>) async {
        for await item in items {
            switch item {
            case .audio(let pcm, let position):
                if let error = await audio.append(pcm, from: position) { log.error("a session's audio cannot be kept", [.error: "\(error)"]) }
                taken()
            case .silence(let range): if await audio.silence(range) { late(range) }
            case .close(let file):
                do throws(StoreError) {
                    if let kept = try await audio.finish() { file.yield(kept) }
                } catch {
                    log.error("a session's audio cannot be kept", [.error: "\(error)"])
                }
                file.finish()
            case .discard: await audio.discard()
            case .end(let stream): stream.finish()
            }
        }
    }
}
