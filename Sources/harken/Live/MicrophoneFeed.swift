import Recorder

/// Sends the audio of a microphone, from the moment when the gateway is ready.
struct MicrophoneFeed: AudioFeed {
    /// Maximum number of blocks of 64 ms that wait for the gateway. Further blocks replace the oldest.
    private static let maxWaiting = 256

    /// Input device, by number or by (part of) its name; nil: the system's default.
    let device: String?
    /// Tells that the microphone is open.
    let note: @Sendable (String) -> Void
    /// The microphone; nil: this machine's. Tests set their own.
    var microphone: MicrophoneSource?

    func run(into stream: any AudioSink) async throws(FeedError) {
        guard await stream.untilOpen() else { return }
        let (blocks, continuation) = AsyncStream<Result<[UInt8], CaptureError>>.makeStream(bufferingPolicy: .bufferingNewest(Self.maxWaiting))
        let make = microphone ?? { [device] in Capture(device: device, deliver: $0, overran: $1, failed: $2) }
        let capture = make({ block in continuation.yield(.success(block.withUnsafeBytes { Array($0) })) }, { _ in }) { error in
            continuation.yield(.failure(error))
            continuation.finish()
        }
        // This runs also when the task is cancelled: no sample is taken afterwards.
        defer { capture.stop() }
        do throws(CaptureError) {
            if Task.isCancelled { return }
            try capture.start()
            note("listening; Ctrl-C ends the recording")
            for await block in blocks {
                guard await stream.send(try block.get()) != nil else { return }
            }
        } catch {
            throw FeedError(description: "\(error)")
        }
    }
}
