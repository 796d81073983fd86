import Continuity
import Recorder
import Speech
import Synchronization

/// The common part of all recording engines: a stream, and a microphone that is open only while the stream is open.
final class StreamRecorder: Sendable {
    /// Maximum duration of `start`.
    static let startLimit: Duration = .seconds(15)
    /// Maximum time that `stop` waits for the last words.
    private static let stopLimit: Duration = .seconds(5)

    private struct State {
        var phase = RecordingPhase()
        var stream: SpeechStream?
        var microphone: (any Microphone)?
        var reader: Task<Void, Never>?
        /// The wait for the last words of the last recording that was stopped.
        var ending: Task<Void, Never>?
    }

    let callbacks: RecordingCallbacks
    private let state = Mutex(State())
    private let open: @Sendable () throws(RecordingError) -> SpeechStream
    private let microphone: MicrophoneSource
    private let startLimit: Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - open: checks the settings and opens a stream.
    ///   - wait: waits for the time that a stop gives the last words; nil: this machine's time.
    init(
        open: @escaping @Sendable () throws(RecordingError) -> SpeechStream, microphone: @escaping MicrophoneSource,
        startLimit: Duration = StreamRecorder.startLimit, wait: (@Sendable (Duration) async throws -> Void)? = nil,
        now: @escaping @Sendable () -> UnixTime
    ) {
        self.open = open
        self.microphone = microphone
        self.startLimit = startLimit
        self.wait = wait ?? { try await Task.sleep(for: $0) }
        callbacks = RecordingCallbacks(now: now)
    }

    var isReady: Bool { state.withLock { $0.phase.isReady } }

    var isRecording: Bool { state.withLock { $0.phase.state == .recording } }

    func initialized() { state.withLock { $0.phase.initialized() } }

    func start() async throws(RecordingError) {
        let attempt = try state.withLock { (state: inout sending State) throws(RecordingError) in try state.phase.start() }
        do throws(RecordingError) {
            let stream = try open()
            let (outcomes, outcome) = AsyncStream.makeStream(of: RecordingError?.self, bufferingPolicy: .bufferingOldest(1))
            let reader = Task { await self.read(stream, attempt, outcome) }
            let isWanted = state.withLock { state in
                guard state.phase.isCurrent(attempt) else { return false }
                state.stream = stream
                state.reader = reader
                return true
            }
            guard isWanted else {
                stream.cancel()
                throw .stopped
            }
            if let error = await first(of: outcomes) { throw error }
            try openMicrophone(attempt, stream)
        } catch {
            await end(attempt)
            throw error
        }
    }

    /// Stops the recording and waits for its last words. A stop during another one waits for the same words.
    func stop() async { await halt()?.value }

    /// Does the part of `stop` that does not wait. No audio is captured from here on.
    ///
    /// - Returns: the wait for the last words; nil when there are none to wait for.
    @discardableResult
    func halt() -> Task<Void, Never>? {
        let (stream, microphone, wasRecording, ending) = state.withLock { state in
            let wasRecording = state.phase.state == .recording
            if wasRecording, let stream = state.stream, let reader = state.reader {
                state.ending = Task { [wait] in await Self.drain(stream, reader, wait) }
            }
            defer {
                state.phase.stop()
                (state.stream, state.microphone, state.reader) = (nil, nil, nil)
            }
            return (state.stream, state.microphone, wasRecording, state.ending)
        }
        microphone?.stop()
        if wasRecording { stream?.finish() } else { stream?.cancel() }
        return ending
    }

    /// Waits until the stream has ended, which is cancelled after the time limit.
    private static func drain(
        _ stream: SpeechStream, _ reader: Task<Void, Never>, _ wait: @escaping @Sendable (Duration) async throws -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await reader.value }
            group.addTask {
                try? await wait(Self.stopLimit)
                stream.cancel()
            }
            await group.next()
            group.cancelAll()
        }
    }

    func shutdown() async {
        await stop()
        state.withLock { $0.phase.shutDown() }
    }

    /// Returns the first outcome of the connection: nil when it is ready, otherwise an error; `.notReady` after the time limit.
    private func first(of outcomes: AsyncStream<RecordingError?>) async -> RecordingError? {
        await withTaskGroup(of: RecordingError?.self) { group in
            group.addTask {
                for await outcome in outcomes { return outcome }
                return .stopped
            }
            group.addTask { [startLimit] in
                try? await Task.sleep(for: startLimit)
                return .notReady
            }
            defer { group.cancelAll() }
            return await group.next() ?? .stopped
        }
    }

    private func openMicrophone(_ attempt: Int, _ stream: SpeechStream) throws(RecordingError) {
        let microphone = microphone(
            { [weak self] audio in
                // Audio that comes after a stop is not sent.
                guard let self, self.state.withLock({ $0.phase.isCurrent(attempt) }) else { return }
                stream.push(bytes: audio.withUnsafeBytes { Array($0) })
            },
            { _ in },
            { [weak self] error in
                guard let self, self.state.withLock({ $0.phase.isCurrent(attempt) }) else { return }
                self.callbacks.failed(.microphone(error.description))
                Task { await self.end(attempt) }
            })
        let mayOpen = state.withLock { state in
            guard state.phase.isCurrent(attempt) else { return false }
            state.microphone = microphone
            return true
        }
        guard mayOpen else { throw .stopped }
        do throws(CaptureError) { try microphone.start() } catch { throw .microphone(error.description) }
        let isWanted = state.withLock { $0.phase.recording(attempt) }
        guard isWanted else {
            microphone.stop()
            throw .stopped
        }
    }

    /// Ends a start or a recording after a failure.
    private func end(_ attempt: Int) async {
        let (stream, microphone) = state.withLock { state -> (SpeechStream?, (any Microphone)?) in
            guard state.phase.isCurrent(attempt) else { return (nil, nil) }
            state.phase.end(attempt)
            defer { (state.stream, state.microphone, state.reader) = (nil, nil, nil) }
            return (state.stream, state.microphone)
        }
        microphone?.stop()
        stream?.cancel()
    }

    /// Reads the stream's events to the end, and calls the callbacks.
    private func read(_ stream: SpeechStream, _ attempt: Int, _ outcome: AsyncStream<RecordingError?>.Continuation) async {
        var sessionEnd: EngineSessionEnd?
        for await event in stream.events {
            switch event {
            case .opened: outcome.yield(nil)
            case .interim(let said): callbacks.said(said.text, isFinal: false)
            case .final(let said): callbacks.said(said.text, isFinal: true)
            case .creditsLow(let remaining): callbacks.creditsLow(remaining)
            case .terminated(let termination):
                let error = termination.error.map(RecordingError.engine) ?? .stopped
                let (isCurrent, wasStarting) = state.withLock { ($0.phase.isCurrent(attempt), $0.phase.state == .starting) }
                outcome.yield(error)
                if let sessionEnd { callbacks.sessionEnded(sessionEnd) }
                // A failed start throws its error from `start()` and needs no callback.
                if isCurrent, !wasStarting, termination.error != nil { callbacks.failed(error) }
                if !isCurrent || !wasStarting { await end(attempt) }
            case .sessionEnded(_, let end): sessionEnd = end
            case .problem(.complaint(_, let complaint)): callbacks.failed(.complaint(complaint))
            // After an end of the session no connection is made: the end tells why.
            case .problem(.connectionLost(_, let error)): if sessionEnd == nil { callbacks.failed(.connectionLost(error)) }
            case .session, .message, .startOfSpeech, .preflight, .endOfSpeech, .usage, .metrics, .problem: break
            }
        }
        outcome.finish()
    }
}
