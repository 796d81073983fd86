import Recorder
import Sessions
import Speech
import Synchronization

/// A recorder that makes its engine from the settings when it checks the settings.
final class EngineRecorder: Sendable {
    private let recorder: StreamRecorder
    private let make: @Sendable () throws(RecordingError) -> EngineCore

    /// - Parameters:
    ///   - microphone: the microphone; nil: this machine's.
    ///   - wait: waits for the time that a stop gives the last words; nil: this machine's time.
    ///   - make: makes the engine.
    init(
        _ settings: RecordingSettings, microphone: MicrophoneSource? = nil, wait: (@Sendable (Duration) async throws -> Void)? = nil,
        make: @escaping @Sendable () throws(RecordingError) -> EngineCore
    ) {
        self.make = make
        let made = CoreReference()
        reference = made
        recorder = StreamRecorder(
            open: { () throws(RecordingError) in
                guard let core = made.core else { throw .notInitialized }
                do throws(KitError) {
                    return try core.stream(nil)
                } catch {
                    throw .engine(.unavailable(error.description))
                }
            },
            microphone: microphone ?? { Capture(device: settings.device, deliver: $0, overran: $1, failed: $2) }, wait: wait,
            now: { .now })
        recorder.callbacks.setUserName(settings.userName)
    }

    private let reference: CoreReference

    func initialize() throws(RecordingError) {
        reference.core = try make()
        recorder.initialized()
    }

    func start() async throws(RecordingError) { try await recorder.start() }

    func stop() async { await recorder.stop() }

    func shutdown() async {
        await recorder.shutdown()
        reference.core = nil
    }

    var isReady: Bool { recorder.isReady }

    var isRecording: Bool { recorder.isRecording }

    var callbacks: RecordingCallbacks { recorder.callbacks }
}

/// Holder of the engine; empty until the settings are checked.
private final class CoreReference: Sendable {
    private let held = Mutex<EngineCore?>(nil)

    var core: EngineCore? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
