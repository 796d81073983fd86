internal import Audio
internal import Dispatch
internal import Speech
internal import Store

/// The loudness of kept audio, ten values a second, for pictures of it. A file is decoded when it is first asked for, and its values are kept in memory.
package actor AudioPeaks {
    /// Number of values for one second of audio.
    package static let perSecond = 10
    /// Maximum number of values that are kept, of all files: 280 hours of audio.
    private static let maxValues = 10_000_000

    private let store: any BlobStore
    private let media: any MediaSource
    private let queue = DispatchQueue(label: "harken.peaks", qos: .utility)
    /// Values by the files' names.
    private var known: [String: [UInt8]] = [:]
    /// Names of the files, the one that was asked for longest ago first.
    private var order: [String] = []
    private var reading: [String: Task<[UInt8]?, Never>] = [:]

    /// - Parameter media: decoder of the files, which may have come from another gateway.
    init(in store: any BlobStore, media: any MediaSource) {
        self.store = store
        self.media = media
    }

    /// Returns the highest level in each tenth of a second of a file, 0 to 255; nil when the file is gone or cannot be decoded.
    package func peaks(of file: String) async -> [UInt8]? {
        order.removeAll { $0 == file }
        order.append(file)
        if let peaks = known[file] { return peaks }
        let task = reading[file] ?? Task { [store, media, queue] in await Self.read(file, in: store, by: media, on: queue) }
        reading[file] = task
        let peaks = await task.value
        reading[file] = nil
        known[file] = peaks
        while known.values.reduce(0, { $0 + $1.count }) > Self.maxValues, let oldest = order.first {
            order.removeFirst()
            known[oldest] = nil
        }
        return peaks
    }

    private static func read(
        _ file: String, in store: any BlobStore, by media: any MediaSource, on queue: DispatchQueue
    ) async -> [UInt8]? {
        guard let name = BlobName(file), let kept = try? await store.file(of: name) else { return nil }
        defer { withExtendedLifetime(kept) {} }
        guard let turn = try? await media.turn(for: Recording(path: kept.path)) else { return nil }
        return await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: decoded(turn)) } }
    }

    private static func decoded(_ turn: any MediaTurn) -> [UInt8]? {
        let length = SampleCount(.milliseconds(1_000 / perSecond), at: .speech)
        guard let media = try? turn.open(rate: .speech, channels: .mixed) else { return nil }
        var peaks: [UInt8] = []
        while let block = try? media.next(length) {
            let level = block.samples.reduce(Float(0)) { max($0, abs($1)) }
            peaks.append(UInt8(min(255, level * 255)))
        }
        return peaks
    }
}
