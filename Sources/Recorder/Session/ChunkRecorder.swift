internal import Net
package import Speech
internal import Synchronization

/// Records a microphone into a spool, from which an upload queue delivers. Runs `RecordingMachine` with its disk and its microphone.
package final class ChunkRecorder: Sendable {
    package struct Settings: Sendable {
        package var server: String
        package var language: String?
        /// The title of the conversation; nil: it is made of the words.
        package var title: String?
        package var profile = ChunkProfile.atPauses
        /// Maximum duration of a recording. Longer audio continues in another recording, without a break.
        package var longest: Duration = .seconds(4 * 3_600)

        package init(server: String, language: String?) {
            self.server = server
            self.language = language
        }
    }

    /// The current state of the input, for a display.
    package struct Level: Sendable, Equatable {
        /// The loudest sample of the latest audio, 0…1.
        package var peak: Double = 0
        /// Time since the recording began, gaps included.
        package var recorded: Duration = .zero

        package init(peak: Double = 0, recorded: Duration = .zero) {
            self.peak = peak
            self.recorded = recorded
        }
    }

    /// Audio and events of the microphone that are not written yet.
    private enum Held {
        case audio([UInt8])
        /// Audio that the machine was too slow for.
        case lost(SampleCount)
    }

    /// One attempt's way from the microphone to the disk.
    private struct Writing {
        var writer: RecordingWriter
        var pace = CapturePace()
        /// Held until the pace of the audio is known, in order.
        var held: [Held] = []
    }

    private struct State: ~Copyable {
        var machine = RecordingMachine()
        var writings: [RecordingMachine.Attempt: Writing] = [:]
        var microphones: [RecordingMachine.Attempt: any Microphone] = [:]
        /// A recording of an earlier process that is to be continued.
        var earlier: SpooledRecording?
        /// The time of the last sample of `earlier`; nil once the first new sample has come.
        var interrupted: UnixTime?
        var isFull = false
        var level = Level()
        var input = DeadInput()
        /// Number of threads that prepare a disk or open a microphone.
        var working = 0
    }

    private let spool: RecordingSpool
    private let settings: Settings
    private let microphone: MicrophoneSource
    private let verdict: @Sendable (RecordedChunk) -> SpeechVerdict
    private let queue: UploadQueue
    private let now: @Sendable () -> UnixTime
    private let clock: @Sendable () -> Instant
    private let tell: @Sendable (RecorderEvent) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - verdict: judges whether a chunk has speech.
    ///   - queue: gets each recording, and is woken for each chunk.
    ///   - clock: the clock that also runs while the machine sleeps.
    ///   - tell: takes events, on any thread; must not call the recorder.
    package init(
        _ spool: RecordingSpool, _ settings: Settings, microphone: @escaping MicrophoneSource,
        verdict: @escaping @Sendable (RecordedChunk) -> SpeechVerdict, queue: UploadQueue, now: @escaping @Sendable () -> UnixTime,
        clock: @escaping @Sendable () -> Instant, tell: @escaping @Sendable (RecorderEvent) -> Void
    ) {
        self.spool = spool
        self.settings = settings
        self.microphone = microphone
        self.verdict = verdict
        self.queue = queue
        self.now = now
        self.clock = clock
        self.tell = tell
    }

    package var phase: RecordingMachine.State { state.withLock { $0.machine.state } }

    package var error: RecordingMachineError? { state.withLock { $0.machine.error } }

    /// True if no disk is being prepared and no microphone is being opened; for tests.
    package var isAtRest: Bool { state.withLock { $0.working == 0 } }

    package var level: Level { state.withLock { $0.level } }

    /// Starts to record. Returns at once; `phase` shows the progress.
    ///
    /// - Parameter earlier: a recording of an earlier process that is continued; nil: a new recording is made.
    package func start(goingOnWith earlier: SpooledRecording? = nil) {
        let actions = state.withLock { state in
            state.earlier = earlier
            state.input = DeadInput()
            return state.machine.start()
        }
        run(actions)
    }

    /// Ends the recording. When it returns, the microphone is closed, no further audio is kept, and no later audio is ever sent.
    package func stop() { run(state.withLock { $0.machine.stop() }) }

    /// Makes chunks of the remaining audio of an earlier process's recording, and ends the recording.
    package func complete(_ earlier: SpooledRecording) throws(SpoolError) {
        guard !earlier.history.isComplete else { return }
        var writer = writer(for: earlier)
        try writer.recover()
        try writer.complete()
        queue.ring()
    }

    private func run(_ actions: [RecordingMachine.Action]) {
        for action in actions {
            switch action {
            case .prepare(let attempt): work(attempt) { $0.prepare(attempt) }
            case .openMicrophone(let attempt): work(attempt) { $0.open(attempt) }
            case .closeMicrophone(let attempt): state.withLock { $0.microphones.removeValue(forKey: attempt) }?.stop()
            case .discard(let attempt): end(attempt, isDiscarded: true)
            case .complete(let attempt): end(attempt, isDiscarded: false)
            }
        }
    }

    /// Runs `body` on a thread of its own, because disks and sound systems can be slow.
    private func work(_ attempt: RecordingMachine.Attempt, _ body: @escaping @Sendable (ChunkRecorder) -> Void) {
        state.withLock { $0.working += 1 }
        do throws(SystemError) {
            try startThread(name: "recorder") {
                body(self)
                self.state.withLock { $0.working -= 1 }
            }
        } catch {
            state.withLock { $0.working -= 1 }
            failed(attempt, .disk("\(error)"))
        }
    }

    private func prepare(_ attempt: RecordingMachine.Attempt) {
        do throws(SpoolError) {
            let earlier = state.withLock { $0.earlier }
            let last = earlier?.lastWritten
            let recording =
                if let earlier { earlier } else { try spool.make(server: settings.server, language: settings.language, title: settings.title) }
            var writer = writer(for: recording)
            if earlier != nil { try writer.recover() }
            let ready = writer
            run(
                state.withLock { state in
                    state.writings[attempt] = Writing(writer: ready)
                    state.interrupted = last
                    return state.machine.prepared(attempt)
                })
        } catch {
            failed(attempt, .disk("\(error)"))
        }
    }

    private func open(_ attempt: RecordingMachine.Attempt) {
        let microphone = microphone(
            { [weak self] in self?.heard($0, attempt) }, { [weak self] in self?.overran($0, attempt) },
            { [weak self] in self?.failed(attempt, .microphone("\($0)")) })
        // From here on `stop` finds the microphone, and closes it even while it opens.
        let isWanted = state.withLock { state in
            guard state.machine.state == .opening(attempt) else { return false }
            state.microphones[attempt] = microphone
            return true
        }
        guard isWanted else { return }
        do throws(CaptureError) {
            try microphone.start()
        } catch {
            failed(attempt, .microphone("\(error)"))
            return
        }
        let (actions, recording) = state.withLock { state in
            (state.machine.opened(attempt), state.machine.keeps(attempt) ? state.writings[attempt]?.writer.recording : nil)
        }
        run(actions)
        guard let recording else { return microphone.stop() }
        queue.add(recording)
        tell(.listening(recording: recording.origin.id))
    }

    /// Takes samples. Runs on the microphone's thread.
    private func heard(_ bytes: RawSpan, _ attempt: RecordingMachine.Attempt) {
        var news: [RecorderEvent] = []
        let error: SpoolError? = state.withLock { state in
            // The writer is taken out of the state, so that a change does not copy it.
            guard state.machine.keeps(attempt), var writing = state.writings.removeValue(forKey: attempt) else { return nil }
            defer { state.writings[attempt] = writing }
            switch state.input.heard(bytes) {
            case .dead(let time): news.append(.dead(after: time))
            case .alive: news.append(.alive)
            case nil: break
            }
            let verdict = writing.pace.heard(SampleCount(bytes.byteCount / 2), at: clock())
            do throws(SpoolError) {
                if let gap = verdict.gap { try release(behind: gap, &writing, &state, &news) }
                if verdict.isHeld {
                    writing.held.append(.audio(bytes.withUnsafeBytes { [UInt8]($0) }))
                } else {
                    try write(bytes, &writing.writer, &state, &news)
                }
                return nil
            } catch {
                return error
            }
        }
        news.forEach(tell)
        queue.ring()
        if let error { failed(attempt, .disk("\(error)")) }
    }

    /// Writes samples at the end of the recording.
    private func write(
        _ bytes: RawSpan, _ writer: inout RecordingWriter, _ state: inout State, _ news: inout [RecorderEvent]
    ) throws(SpoolError) {
        try goOn(&writer, &state, before: bytes, &news)
        try rotate(&writer, before: bytes, &news)
        try writer.begin(at: now() + (.zero - Self.duration(of: bytes)))
        let outcome = try writer.append(bytes)
        if (outcome == .noRoom) != state.isFull { news.append(outcome == .noRoom ? .noRoom : .roomAgain) }
        state.isFull = outcome == .noRoom
        state.level = Level(peak: Self.peak(of: bytes), recorded: (writer.position - .zero).duration(at: .speech))
    }

    /// Writes what was held, behind time for which the microphone gave no audio.
    private func release(
        behind gap: SampleCount, _ writing: inout Writing, _ state: inout State, _ news: inout [RecorderEvent]
    ) throws(SpoolError) {
        if gap > .zero {
            try writing.writer.skip(gap, .pause)
            news.append(.paused(gap.duration(at: .speech)))
        }
        let held = writing.held
        writing.held = []
        for item in held {
            switch item {
            case .audio(let bytes): try write(bytes.span.bytes, &writing.writer, &state, &news)
            case .lost(let count): try writing.writer.skip(count, .overrun)
            }
        }
    }

    private func overran(_ count: Int, _ attempt: RecordingMachine.Attempt) {
        let count = SampleCount(count)
        let error: SpoolError? = state.withLock { state in
            guard state.machine.keeps(attempt), var writing = state.writings.removeValue(forKey: attempt) else { return nil }
            defer { state.writings[attempt] = writing }
            writing.pace.lost(count)
            guard writing.held.isEmpty else {
                writing.held.append(.lost(count))
                return nil
            }
            do throws(SpoolError) {
                try writing.writer.skip(count, .overrun)
                return nil
            } catch {
                return error
            }
        }
        tell(.overran(count.duration(at: .speech)))
        if let error { failed(attempt, .disk("\(error)")) }
    }

    private func failed(_ attempt: RecordingMachine.Attempt, _ error: RecordingMachineError) {
        let (actions, isNew) = state.withLock { state in
            let before = state.machine.state
            return (state.machine.failed(attempt, error), before != state.machine.state)
        }
        run(actions)
        if isNew { tell(.failed(error)) }
    }

    /// Ends the recording of an attempt. Audio that an earlier process recorded stays.
    private func end(_ attempt: RecordingMachine.Attempt, isDiscarded: Bool) {
        var news: [RecorderEvent] = []
        let (ended, isEarlier): (Result<RecordingWriter, SpoolError>?, Bool) = state.withLock { state in
            guard var writing = state.writings.removeValue(forKey: attempt) else { return (nil, false) }
            let isEarlier = state.earlier === writing.writer.recording
            do throws(SpoolError) {
                if let gap = writing.pace.end() { try release(behind: gap, &writing, &state, &news) }
                return (.success(writing.writer), isEarlier)
            } catch {
                return (.failure(error), isEarlier)
            }
        }
        news.forEach(tell)
        guard let ended else { return }
        do throws(SpoolError) {
            var writer = try ended.get()
            guard !isDiscarded || isEarlier else { return writer.recording.remove() }
            try writer.complete()
        } catch {
            // The audio is on the disk, and the next start completes the recording.
            tell(.failed(.disk("\(error)")))
        }
        queue.ring()
    }

    private func writer(for recording: SpooledRecording) -> RecordingWriter {
        RecordingWriter(recording, profile: settings.profile, verdict: verdict)
    }

    /// Adds the time without audio to a continued recording, before its first new samples.
    private func goOn(
        _ writer: inout RecordingWriter, _ state: inout State, before bytes: RawSpan, _ news: inout [RecorderEvent]
    ) throws(SpoolError) {
        guard let interrupted = state.interrupted else { return }
        state.interrupted = nil
        let gap = max(.zero, now() - interrupted - Self.duration(of: bytes))
        try writer.skip(SampleCount(gap, at: .speech), .interruption)
        news.append(.goesOn(after: gap))
    }

    /// Begins another recording when these samples would make this one too long.
    private func rotate(_ writer: inout RecordingWriter, before bytes: RawSpan, _ news: inout [RecorderEvent]) throws(SpoolError) {
        guard writer.position + SampleCount(bytes.byteCount / 2) > .zero + SampleCount(settings.longest, at: .speech) else { return }
        let next = try spool.make(server: settings.server, language: settings.language, title: settings.title)
        try writer.complete()
        writer = self.writer(for: next)
        queue.add(next)
        news.append(.rotated(recording: next.origin.id))
    }

    private static func duration(of bytes: RawSpan) -> Duration { SampleCount(bytes.byteCount / 2).duration(at: .speech) }

    private static func peak(of bytes: RawSpan) -> Double {
        let loudest = bytes.withUnsafeBytes { $0.bindMemory(to: Int16.self).lazy.map(\.magnitude).max() ?? 0 }
        return Double(loudest) / 32_768
    }
}
