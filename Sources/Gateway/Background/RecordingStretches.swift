internal import Audio
internal import Dispatch
internal import Speech

/// Reads stretches out of a recording, as one channel at 16 kHz.
struct RecordingStretches: Sendable {
    /// For the disk, and for decoding.
    let queue: DispatchQueue

    /// - Returns: of each range what the recording has of it.
    func read(_ ranges: [SampleRange], of recording: Recording) async throws(MediaError) -> [[Float]] {
        let result: Result<[[Float]], MediaError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(MediaError) in try Self.read(ranges, of: recording) }) }
        }
        return try result.get()
    }

    private static func read(_ wanted: [SampleRange], of recording: Recording) throws(MediaError) -> [[Float]] {
        let file = try MediaFile(recording)
        var stretches = [[Float]](repeating: [], count: wanted.count)
        var position = SampleIndex.zero
        let end = wanted.map(\.end).max() ?? .zero
        while position < end, let block = try file.next() {
            guard let heard = block.channels.first else { break }
            let range = SampleRange(position, count: SampleCount(heard.count))
            for (index, want) in wanted.enumerated() {
                guard let part = want.intersection(range) else { continue }
                stretches[index] += heard[Int((part.start - position).samples)..<Int((part.end - position).samples)]
            }
            position = range.end
        }
        return stretches
    }
}
