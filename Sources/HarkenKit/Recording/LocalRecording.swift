import Speech

/// Recording engine on this machine: English, without a key and without a network.
public final class LocalRecording: RecordingEngine {
    private let recorder: EngineRecorder

    /// - Parameters:
    ///   - models: the folder with the models; nil: the folder that `harken models install` fills.
    public init(models: String? = nil, settings: RecordingSettings = RecordingSettings()) {
        recorder = EngineRecorder(settings) { () throws(RecordingError) in
            do throws(KitError) {
                return try Local.core(models: models, threads: nil, options: TranscriptionOptions())
            } catch {
                throw .missingSetting("models: \(error)")
            }
        }
    }

    public func initialize() async throws(RecordingError) { try recorder.initialize() }
    public func start() async throws(RecordingError) { try await recorder.start() }
    public func stop() async { await recorder.stop() }
    public func shutdown() async { await recorder.shutdown() }
    public var isReady: Bool { recorder.isReady }
    public var isRecording: Bool { recorder.isRecording }
    public func setUserName(_ name: String?) { recorder.callbacks.setUserName(name) }
    public func onRealtime(_ body: @escaping @Sendable (RecordingResult) -> Void) { recorder.callbacks.onRealtime(body) }
    public func onFinal(_ body: @escaping @Sendable (RecordingResult) -> Void) { recorder.callbacks.onFinal(body) }
    public func onError(_ body: @escaping @Sendable (RecordingError) -> Void) { recorder.callbacks.onError(body) }
    public func onCreditsLow(_ body: @escaping @Sendable (Duration) -> Void) { recorder.callbacks.onCreditsLow(body) }
    public func onSessionEnd(_ body: @escaping @Sendable (EngineSessionEnd) -> Void) { recorder.callbacks.onSessionEnd(body) }
}
