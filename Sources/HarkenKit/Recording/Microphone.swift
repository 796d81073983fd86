import Recorder

/// Something that records: 16-bit little-endian PCM, 16 kHz, mono. `stop` means stop, also while `start` is at work.
protocol Microphone: Sendable {
    /// - Throws: in words for people.
    func start() throws(RecordingError)
    func stop()
}

/// Makes the microphone of one recording.
typealias MicrophoneSource =
    @Sendable (
        _ deliver: @escaping @Sendable (RawSpan) -> Void, _ failed: @escaping @Sendable (RecordingError) -> Void
    ) -> any Microphone

/// This machine's, through PortAudio.
struct CapturedMicrophone: Microphone {
    private let capture: Capture

    init(device: String?, deliver: @escaping @Sendable (RawSpan) -> Void, failed: @escaping @Sendable (RecordingError) -> Void) {
        capture = Capture(device: device, deliver: deliver) { failed(.microphone($0.description)) }
    }

    func start() throws(RecordingError) {
        do {
            try capture.start()
        } catch {
            throw .microphone(error.description)
        }
    }

    func stop() { capture.stop() }
}
