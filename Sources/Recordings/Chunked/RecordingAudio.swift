internal import Audio
internal import Conversations
internal import Live
internal import Observability
internal import RecordingAssembly
internal import Speech
internal import Store

/// Keeps a recording's audio with its conversation. Of each chunk, only the part that no other chunk has is kept.
struct RecordingAudio: Sendable {
    let service: ConversationService

    /// Minimum duration of audio that is kept as a file.
    private static let shortest: Duration = .milliseconds(100)

    /// - Parameters:
    ///   - hidden: times of the chunk whose words were hidden. They are silent in what is kept.
    ///   - rate: the sample rate of `hidden`.
    func keep(
        _ chunk: RecognizedChunk, in recording: Recording, beside others: [StoredChunk], silencing hidden: [SampleRange], at rate: SampleRate,
        of conversation: ID<Conversation>, _ user: ID<User>
    ) async {
        do throws(StoreError) {
            guard try await service.keepsAudio(of: user) else { return }
        } catch {
            // The setting cannot be read, and the user may not want audio to be kept, so it is not kept.
            return service.log.error("a recording's audio is not kept", [.conversation: conversation.rawValue, .error: "\(error)"])
        }
        let ranges = UniqueTime.ranges(of: chunk.start..<chunk.end, beside: others.map { $0.start..<$0.start + max(.zero, $0.duration) })
        for range in ranges where range.upperBound - range.lowerBound >= Self.shortest {
            guard let keeper = service.keeper(of: nil, rate: .speech, channels: 1, days: nil) else { return }
            let part = SampleRange(
                .zero + SampleCount(range.lowerBound - chunk.start, at: .speech), .zero + SampleCount(range.upperBound - chunk.start, at: .speech))
            do {
                for hidden in hidden {
                    let start = SampleIndex.zero + SampleCount((hidden.start - .zero).duration(at: rate), at: .speech)
                    await keeper.silence(SampleRange(start, start + SampleCount(hidden.count.duration(at: rate), at: .speech)))
                }
                try await write(part, of: recording, to: keeper)
                guard let kept = try await keeper.finish() else { continue }
                let stored = StoredAudio(
                    file: kept.file.text, start: range.lowerBound, duration: kept.count.duration(at: .speech), byteCount: kept.byteCount,
                    created: service.now())
                if try await !service.store.add(stored, to: conversation, of: user) { try await keeper.remove(kept) }
            } catch {
                service.log.error("a recording's audio cannot be kept", [.conversation: conversation.rawValue, .error: "\(error)"])
                await keeper.discard()
            }
        }
    }

    private func write(_ part: SampleRange, of recording: Recording, to keeper: ConversationAudio) async throws {
        let source = try Source(await service.media.turn(for: recording))
        var position = SampleIndex.zero
        while position < part.end {
            guard let heard = try await source.next() else { break }
            let range = SampleRange(position, count: SampleCount(heard.count))
            if let wanted = part.intersection(range) {
                let samples = heard[Int((wanted.start - position).samples)..<Int((wanted.end - position).samples)]
                if let error = await keeper.append(samples.map(PCM.linear16), from: wanted.start) { throw error }
            }
            position = range.end
        }
    }

    /// A file that is read block by block.
    private actor Source {
        private let file: any DecodedMedia

        init(_ turn: any MediaTurn) throws(MediaError) { file = try turn.open(rate: .speech, channels: .mixed) }

        func next() throws(MediaError) -> [Float]? { try file.next(SampleCount(160_000))?.channels.first }
    }
}
