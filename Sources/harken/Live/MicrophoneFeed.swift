import Recorder

/// What a microphone hears, from the moment that the gateway listens.
struct MicrophoneFeed: AudioFeed {
    /// Blocks of 64 ms that may wait for the gateway; later ones push out the oldest.
    private static let maxWaiting = 256

    /// A number or (part of a) name; nil: the system's default.
    let device: String?
    /// Where to say that it listens.
    let diagnostics: StandardStream

    func run(into stream: GatewayStream) async throws(FeedError) {
        guard await stream.untilOpen() else { return }
        let (blocks, continuation) = AsyncStream<Result<[UInt8], CaptureError>>.makeStream(bufferingPolicy: .bufferingNewest(Self.maxWaiting))
        let capture = Capture(device: device) { block in
            continuation.yield(.success(block.withUnsafeBytes { Array($0) }))
        } failed: { error in
            continuation.yield(.failure(error))
            continuation.finish()
        }
        // Also when the task is cancelled: no sample is taken from then on.
        defer { capture.stop() }
        do throws(CaptureError) {
            if Task.isCancelled { return }
            try capture.start()
            diagnostics.writeLine("listening; Ctrl-C ends")
            for await block in blocks {
                guard await stream.send(try block.get()) != nil else { return }
            }
        } catch {
            throw FeedError(description: "\(error)")
        }
    }
}
