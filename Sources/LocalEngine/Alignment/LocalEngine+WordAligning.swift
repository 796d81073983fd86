import Audio
package import Speech
import Synchronization

extension LocalEngine: WordAligning {
    package func align(_ transcript: Transcript, in recording: Recording) async throws(EngineError) -> Transcript? {
        guard transcript.channels.count == 1, transcript.rate == .speech, transcript.language.primary == LanguageTag.english.primary,
            case .success(let use)? = await recognition.wait(), let aligner = use.model.aligner
        else { return nil }
        defer { withExtendedLifetime(use) {} }
        var alignment = TranscriptAlignment(transcript)
        guard !alignment.intervals.isEmpty else { return transcript }
        let turn: any MediaTurn
        do throws(MediaError) { turn = try await media.turn(for: recording) } catch { throw EngineError(error) }
        let reader = IntervalReader(turn)
        for interval in alignment.intervals {
            let texts = alignment.texts(of: interval)
            let found = await pool.run(.prerecorded) { _ in
                Result { () throws(EngineError) in aligner.place(texts, in: try reader.samples(of: interval.audio)) }
            }
            guard let found, !Task.isCancelled else { throw .cancelled }
            if let ranges = try found.get() { alignment.place(interval, ranges) }
        }
        return alignment.finished()
    }
}

/// Reads intervals of a recording in order, and keeps the audio of one interval at a time.
private final class IntervalReader: Sendable {
    private struct State {
        var file: (any DecodedMedia)?
        var store = SampleStore()
    }

    private let turn: any MediaTurn
    private let state = Mutex(State())

    init(_ turn: any MediaTurn) { self.turn = turn }

    /// Returns the samples of `range`: mono, 16 kHz; fewer at the recording's end. Blocks.
    func samples(of range: SampleRange) throws(EngineError) -> [Float] {
        let result: Result<[Float], EngineError> = state.withLock { state in
            Result { () throws(EngineError) in
                do throws(MediaError) {
                    let file: any DecodedMedia
                    if let open = state.file { file = open } else { file = try turn.open(rate: .speech, channels: .mixed) }
                    state.file = file
                    while state.store.end < range.end, let block = try file.next() {
                        state.store.append(block.samples)
                        state.store.discard(before: range.start)
                    }
                } catch {
                    throw EngineError(error)
                }
                return state.store[range]
            }
        }
        return try result.get()
    }
}
