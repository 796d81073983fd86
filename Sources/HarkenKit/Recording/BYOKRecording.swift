import Framing
import Protocols
package import Recorder
import Speech

/// Recording engine that connects directly to a vendor with the user's own key.
public final class BYOKRecording: RecordingEngine {
    private let recorder: EngineRecorder

    /// - Parameters:
    ///   - vendor: the vendor's name: `deepgram`, `assemblyai`, `soniox`, `speechmatics`.
    ///   - key: the user's key at the vendor.
    ///   - baseURL: the server's address; nil: the vendor's own.
    public init(vendor: String = "deepgram", key: String, baseURL: String? = nil, settings: RecordingSettings = RecordingSettings()) {
        recorder = Self.recorder(vendor, key, baseURL, settings, nil, nil)
    }

    /// - Parameters:
    ///   - wait: waits for the time that a stop gives the last words; nil: this machine's time.
    ///   - microphone: the microphone in place of this machine's.
    package init(
        vendor: String = "deepgram", key: String, baseURL: String?, settings: RecordingSettings = RecordingSettings(),
        wait: (@Sendable (Duration) async throws -> Void)? = nil, microphone: @escaping MicrophoneSource
    ) {
        recorder = Self.recorder(vendor, key, baseURL, settings, microphone, wait)
    }

    private static func recorder(
        _ vendor: String, _ key: String, _ baseURL: String?, _ settings: RecordingSettings, _ microphone: MicrophoneSource?,
        _ wait: (@Sendable (Duration) async throws -> Void)?
    ) -> EngineRecorder {
        EngineRecorder(settings, microphone: microphone, wait: wait) { () throws(RecordingError) in
            guard !key.isEmpty else { throw .missingSetting("key") }
            guard let known = Catalogue.vendors.first(where: { $0.name == EngineName(vendor) }) else {
                throw .unknownSetting("vendor", value: vendor, known: Catalogue.vendors.map(\.name.rawValue).joined(separator: ", "))
            }
            let text = try KeyText(setting: "key", key)
            do throws(KitError) {
                return try EngineCore(vendor: known, key: text, url: baseURL, options: settings.options)
            } catch {
                throw .unknownSetting("baseURL", value: "\(baseURL ?? "")", known: "an address such as wss://host")
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
