package import Engines
internal import Net
internal import Protocols
internal import Sessions
package import Speech
internal import Vendors

extension LiveContext {
    /// The longest that a trial of an engine may take.
    private static var probeTime: Duration { .seconds(10) }

    /// The audio that the engine is sent: half a second of silence. An open connection alone does not show that anybody listens at its other end.
    private static let probeAudio = [UInt8](repeating: 0, count: 16_000)

    /// Opens a stream at the engine, has it hear a little silence and ends it.
    ///
    /// - Parameter done: called once; nil: the engine answered to the end.
    package func probe(_ engine: EngineEntry, done: @escaping (EngineError?) -> Void) {
        guard case .vendor(let service, let settings) = engine.live else { return done(nil) }
        var stream: VendorStream?
        var timer: Loop.Timer?
        var isDone = false
        func finish(_ error: EngineError?) {
            guard !isDone else { return }
            isDone = true
            timer?.cancel()
            let last = stream
            stream = nil
            last?.send(.cancel)
            done(error)
        }
        timer = loop.schedule(at: loop.now + Self.probeTime) { finish(.timedOut("The engine did not answer in time.")) }
        stream = VendorStream(service, settings: settings, options: StreamOptions(rate: .speech), context: vendors) { event in
            switch event {
            case .opened:
                stream?.send(Self.probeAudio.span.bytes)
                stream?.send(.finish)
            case .closed(let error): finish(error)
            case .speechStarted, .interim, .final, .turnEnded, .flushed, .creditsLow, .skipped: break
            }
        }
    }

    /// All sessions hear of an engine's health.
    package func availability(_ account: EngineHealth.Account, isAvailable: Bool) {
        for session in sessions.values { session.availability(account, isAvailable: isAvailable) }
    }
}
