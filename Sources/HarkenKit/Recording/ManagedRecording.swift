import Framing
import Protocols
package import Recorder
import Speech

/// Recording engine that uses a server which holds the vendors' keys: `/ws/transcribe`.
public final class ManagedRecording: RecordingEngine {
    private let recorder: EngineRecorder

    /// - Parameters:
    ///   - server: the server's address; without a scheme, `wss://` is assumed.
    ///   - token: the user's token at the server.
    public init(server: String, token: String, settings: RecordingSettings = RecordingSettings()) {
        recorder = Self.recorder(server, token, settings, nil, nil)
    }

    /// - Parameters:
    ///   - wait: waits for the time that a stop gives the last words; nil: this machine's time.
    ///   - microphone: the microphone in place of this machine's.
    package init(
        server: String, token: String, settings: RecordingSettings = RecordingSettings(),
        wait: (@Sendable (Duration) async throws -> Void)? = nil, microphone: @escaping MicrophoneSource
    ) {
        recorder = Self.recorder(server, token, settings, microphone, wait)
    }

    private static func recorder(
        _ server: String, _ token: String, _ settings: RecordingSettings, _ microphone: MicrophoneSource?,
        _ wait: (@Sendable (Duration) async throws -> Void)?
    ) -> EngineRecorder {
        EngineRecorder(settings, microphone: microphone, wait: wait) { () throws(RecordingError) in
            guard !server.isEmpty else { throw .missingSetting("server") }
            guard !token.isEmpty else { throw .missingSetting("token") }
            let text = try KeyText(setting: "token", token)
            do throws(KitError) {
                return try EngineCore(vendor: ManagedLiveClient.vendor, key: text, url: server, options: settings.options)
            } catch {
                throw .unknownSetting("server", value: "\(server)", known: "an address such as wss://host")
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
