import Audio
import Glibc
import Speech

/// Sends the audio of a file at a multiple of real time.
struct FileFeed: AudioFeed {
    /// Length of a message: 50 ms, as phones and browsers send.
    static let frame = SampleCount(800)
    /// Maximum number of bytes that wait for the gateway. Beyond this number the feed pauses, because the gateway does not keep up.
    private static let maxWaiting = 256 * 1_024

    /// The path that stands for standard input.
    static let standardInput = "-"

    let path: String
    /// Speed in seconds of audio per second.
    let speed: Double
    /// Takes a sentence for the user about the file: other sound tracks, holes, a cut.
    var note: @Sendable (String) -> Void = { _ in }
    var now: @Sendable () -> Instant = { .now }
    /// Waits for this duration; throws when the task is cancelled.
    var wait: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run(into stream: any AudioSink) async throws(FeedError) {
        do throws(MediaError) {
            let isInput = path == Self.standardInput
            let file =
                isInput
                ? try MediaFile(descriptor: dup(STDIN_FILENO), format: .container, rate: .speech, channels: .mixed)
                : try MediaFile(Recording(path: path), rate: .speech)
            guard await stream.untilOpen(), !Task.isCancelled else { return }
            let start = now()
            var bytes: [UInt8] = []
            // Those about tracks are known now, and all others at the end.
            let early = file.notices
            tell(early)
            while let block = try file.next(Self.frame) {
                bytes.removeAll(keepingCapacity: true)
                PCM.appendLinear16(block.samples.span, to: &bytes)
                guard var waiting = await stream.send(bytes) else { return }
                // The time is computed from the start, so that delays do not add up.
                let next = start + block.count.duration(at: .speech) / speed + SampleCount(block.start.samples).duration(at: .speech) / speed
                if (try? await wait(next - now())) == nil { return }
                while waiting > Self.maxWaiting {
                    if (try? await wait(.milliseconds(20))) == nil { return }
                    guard let now = await stream.waitingBytes() else { return }
                    waiting = now
                }
            }
            // At Ctrl-C a program that writes the pipe ends too, and may leave a part of a file.
            guard !Task.isCancelled else { return }
            tell(file.notices.filter { !early.contains($0) })
        } catch {
            guard error != .cancelled, !Task.isCancelled else { return }
            throw FeedError(description: "\(path == Self.standardInput ? "standard input" : path): \(EngineError(error).advice)")
        }
    }

    private func tell(_ notices: [RecordingNotice]) {
        let name = path == Self.standardInput ? "standard input" : path
        for notice in notices { note("harken live: \(name): \(notice.text(by: nil))") }
    }
}
