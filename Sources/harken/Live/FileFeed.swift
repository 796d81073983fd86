import Audio
import Speech

/// A file's audio, sent at a multiple of its own pace.
struct FileFeed: AudioFeed {
    /// As phones and browsers send: 50 ms.
    static let frame = SampleCount(800)
    /// More than this waiting for the gateway: it does not keep up, and neither shall we. In bytes.
    private static let maxWaiting = 256 * 1_024

    let path: String
    /// Seconds of audio in a second.
    let speed: Double

    func run(into stream: GatewayStream) async throws(FeedError) {
        do throws(MediaError) {
            let file = try MediaFile(Recording(path: path), rate: .speech)
            guard await stream.untilOpen() else { return }
            let start = ContinuousClock.now
            var bytes: [UInt8] = []
            while let block = try file.next(Self.frame) {
                bytes.removeAll(keepingCapacity: true)
                PCM.appendLinear16(block.samples.span, to: &bytes)
                guard var waiting = await stream.send(bytes) else { return }
                // From the start, so that no delay adds up.
                let next = start + block.count.duration(at: .speech) / speed + SampleCount(block.start.samples).duration(at: .speech) / speed
                if (try? await Task.sleep(until: next)) == nil { return }
                while waiting > Self.maxWaiting {
                    if (try? await Task.sleep(for: .milliseconds(20))) == nil { return }
                    guard let now = await stream.waitingBytes() else { return }
                    waiting = now
                }
            }
        } catch {
            guard error != .cancelled else { return }
            throw FeedError(description: "\(path): \(EngineError(error).explanation)")
        }
    }
}
