package import Engines
internal import Net
internal import Protocols
internal import Sessions
package import Speech
internal import Vendors

extension LiveContext {
    /// Time limit for a probe of an engine.
    private static var probeTime: Duration { .seconds(10) }

    /// Audio of the probe: half a second of silence. An open connection alone does not show that the engine answers.
    private static let probeAudio = [UInt8](repeating: 0, count: 16_000)

    /// Opens a stream to the engine, sends a little silence and ends the stream.
    ///
    /// - Parameter done: called once, with the error; nil when the engine answered to the end.
    package func probe(_ engine: EngineEntry, done: @escaping (EngineError?) -> Void) {
        guard case .vendor(let service, let settings) = engine.live else {
            guard engine.asksServer, let recognizer = engine.prerecorded else { return done(nil) }
            return probe(recognizer, done)
        }
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
            case .speechStarted, .interim, .final, .turnEnded, .flushed, .notice, .skipped: break
            }
        }
    }

    /// Lets a server for recordings recognize a little silence.
    private func probe(_ recognizer: any PrerecordedEngine, _ done: @escaping (EngineError?) -> Void) {
        let asker = LoopBound(done, on: loop)
        let tell: @Sendable (EngineError?) -> Void = { error in asker.loop.execute { asker.withValue { $0(error) } } }
        Task { [audio = Self.probeAudio] in tell(await recognizer.failure(with: audio)) }
    }

    /// Tells all sessions of this loop whether an engine works.
    package func availability(_ account: EngineHealth.Account, isAvailable: Bool) {
        for session in sessions.values { session.availability(account, isAvailable: isAvailable) }
    }
}

extension PrerecordedEngine {
    /// Lets the engine recognize this audio, 16-bit PCM at 16 kHz, and returns the error.
    fileprivate func failure(with audio: [UInt8]) async -> EngineError? {
        do throws(SystemError) {
            let file = try MemoryFile(audio, name: "harken-probe")
            // The recording's path names the descriptor that the file keeps open.
            defer { withExtendedLifetime(file) {} }
            let recording = Recording(path: "/proc/self/fd/\(file.descriptor)", format: .raw(.linear16, .speech, channels: 1))
            var options = RecognitionOptions(language: nil, workload: .realtime)
            options.isUrgent = true
            do throws(EngineError) {
                _ = try await recognize(recording, options: options) { _ in }
                return nil
            } catch {
                return error
            }
        } catch {
            return .unavailable("the audio of a probe cannot be kept: \(error)")
        }
    }
}
