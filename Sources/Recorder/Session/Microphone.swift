/// An audio source: 16-bit little-endian PCM, 16 kHz, mono. `stop` takes effect even while `start` is at work.
package protocol Microphone: Sendable {
    func start() throws(CaptureError)
    func stop()
}

extension Capture: Microphone {}

/// Makes the microphone of one recording. Arguments: the receiver of samples, the receiver of the number of lost samples before the next ones, and
/// the receiver of the error when the microphone stops by itself.
package typealias MicrophoneSource =
    @Sendable (
        _ deliver: @escaping @Sendable (RawSpan) -> Void, _ overran: @escaping @Sendable (Int) -> Void,
        _ failed: @escaping @Sendable (CaptureError) -> Void
    ) -> any Microphone
