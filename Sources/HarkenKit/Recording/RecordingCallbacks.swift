import Speech
import Synchronization

/// The application's callbacks. The recorder calls one callback at a time.
final class RecordingCallbacks: Sendable {
    private struct Bodies {
        var realtime: (@Sendable (RecordingResult) -> Void)?
        var final: (@Sendable (RecordingResult) -> Void)?
        var error: (@Sendable (RecordingError) -> Void)?
        var creditsLow: (@Sendable (Duration) -> Void)?
        var sessionEnded: (@Sendable (EngineSessionEnd) -> Void)?
        var userName: String?
    }

    private let bodies = Mutex(Bodies())
    private let now: @Sendable () -> UnixTime

    init(now: @escaping @Sendable () -> UnixTime) { self.now = now }

    func setUserName(_ name: String?) { bodies.withLock { $0.userName = name } }

    func onRealtime(_ body: @escaping @Sendable (RecordingResult) -> Void) { bodies.withLock { $0.realtime = body } }

    func onFinal(_ body: @escaping @Sendable (RecordingResult) -> Void) { bodies.withLock { $0.final = body } }

    func onError(_ body: @escaping @Sendable (RecordingError) -> Void) { bodies.withLock { $0.error = body } }

    func onCreditsLow(_ body: @escaping @Sendable (Duration) -> Void) { bodies.withLock { $0.creditsLow = body } }

    func onSessionEnd(_ body: @escaping @Sendable (EngineSessionEnd) -> Void) { bodies.withLock { $0.sessionEnded = body } }

    func said(_ text: String, isFinal: Bool) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        let bodies = bodies.withLock { $0 }
        let result = RecordingResult(text: text, isFinal: isFinal, timestamp: now(), userName: bodies.userName)
        (isFinal ? bodies.final : bodies.realtime)?(result)
    }

    func failed(_ error: RecordingError) { bodies.withLock { $0.error }?(error) }

    func creditsLow(_ remaining: Duration) { bodies.withLock { $0.creditsLow }?(remaining) }

    func sessionEnded(_ end: EngineSessionEnd) { bodies.withLock { $0.sessionEnded }?(end) }
}
