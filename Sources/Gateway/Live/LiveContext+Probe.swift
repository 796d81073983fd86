internal import Net
internal import Protocols
internal import Sessions
internal import Speech
internal import Vendors

extension LiveContext {
    /// The longest that a trial of an engine may take.
    private static var probeTime: Duration { .seconds(10) }

    /// Opens a stream at the engine and closes it again, without audio.
    ///
    /// - Parameter done: called once; nil: the engine takes streams.
    func probe(_ engine: EngineEntry, done: @escaping (EngineError?) -> Void) {
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
        timer = loop.schedule(at: loop.now + Self.probeTime) { finish(.timedOut("It did not open a stream in time.")) }
        stream = VendorStream(service, settings: settings, options: StreamOptions(rate: .speech), context: vendors) { event in
            switch event {
            case .opened: finish(nil)
            case .closed(let error): finish(error ?? .unavailable("It closed the stream."))
            case .speechStarted, .interim, .final, .turnEnded, .flushed, .creditsLow, .skipped: break
            }
        }
    }

    /// All sessions hear of an engine's health.
    func availability(_ engine: EngineName, isAvailable: Bool) {
        for session in sessions.values { session.availability(engine, isAvailable: isAvailable) }
    }
}
