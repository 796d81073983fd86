package import Dispatch
package import Speech

/// Reads excerpts of a recording as one channel at 16 kHz.
package struct RecordingExcerpts: Sendable {
    private let queue: DispatchQueue
    private let media: any MediaSource

    /// - Parameters:
    ///   - queue: queue for disk access and decoding.
    ///   - media: decoder of the recordings.
    package init(queue: DispatchQueue, media: any MediaSource) {
        self.queue = queue
        self.media = media
    }

    /// - Returns: for each range, the samples that the recording has.
    package func read(_ ranges: [SampleRange], of recording: Recording) async throws(MediaError) -> [[Float]] {
        let turn = try await media.turn(for: recording)
        let result: Result<[[Float]], MediaError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(MediaError) in try Self.read(ranges, turn) }) }
        }
        return try result.get()
    }

    private static func read(_ wanted: [SampleRange], _ turn: any MediaTurn) throws(MediaError) -> [[Float]] {
        let file = try turn.open(rate: .speech, channels: .mixed)
        var excerpts = [[Float]](repeating: [], count: wanted.count)
        var position = SampleIndex.zero
        let end = wanted.map(\.end).max() ?? .zero
        while position < end, let block = try file.next() {
            guard let heard = block.channels.first else { break }
            let range = SampleRange(position, count: SampleCount(heard.count))
            for (index, want) in wanted.enumerated() {
                guard let part = want.intersection(range) else { continue }
                excerpts[index] += heard[Int((part.start - position).samples)..<Int((part.end - position).samples)]
            }
            position = range.end
        }
        return excerpts
    }
}
