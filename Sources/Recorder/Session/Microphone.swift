/// Something that records: 16-bit little-endian PCM, 16 kHz, mono. `stop` means stop, also while `start` is at work.
package protocol Microphone: Sendable {
    func start() throws(CaptureError)
    func stop()
}

extension Capture: Microphone {}

/// Makes the microphone of one recording: from what takes the samples, what is told how many were lost before the next ones, and what is told when it stops
/// by itself.
package typealias MicrophoneSource =
    @Sendable (
        _ deliver: @escaping @Sendable (RawSpan) -> Void, _ overran: @escaping @Sendable (Int) -> Void,
        _ failed: @escaping @Sendable (CaptureError) -> Void
    ) -> any Microphone
