import Framing
import LocalEngine
import Net
import Recorder
import Sessions
import Settings
import Speech
import Synchronization

/// The work of `harken record`: the microphone's audio goes to the disk, and from there to the gateway.
struct ChunkedRecording {
    struct Settings: Sendable {
        var gateway: GatewayAddress
        /// The gateway's address, to which waiting recordings belong.
        var server: String { gateway.httpURL }
        /// The folder in which recordings wait.
        var folder: String
        var token: String?
        var language: String?
        /// The title of the conversation; nil: it is made of the words.
        var title: String?
        var device: String?
        var diskBytes = 2_000_000_000
        var goOnWithin: Duration = .seconds(300)
        /// False: nothing is recorded, and only waiting recordings are sent.
        var records = true
        var json = false
        /// Time after a stop for which delivery continues while the gateway accepts nothing.
        var patience: Duration = .seconds(60)

        init(gateway: GatewayAddress, folder: String) {
            self.gateway = gateway
            self.folder = folder
        }
    }

    private enum ScreenEvent: Sendable {
        case recorder(RecorderEvent)
        case time
        /// The user has ended the recording.
        case stopped
        /// Everything has been delivered.
        case delivered
    }

    let settings: Settings
    private let environment: [String: String]
    /// The microphone; nil: this machine's. Tests set their own.
    var microphone: MicrophoneSource?

    init(_ settings: Settings, environment: [String: String]) {
        self.settings = settings
        self.environment = environment
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        let (events, continuation) = AsyncStream<ScreenEvent>.makeStream()
        let (verdict, missing) = ChunkHearing.make(ModelFolder(environment: environment))
        if let missing, settings.records {
            context.printError(Record.description, "the voice model cannot be used (\(missing)); all loud audio counts as speech")
        }
        let profile = ChunkProfile.recording
        do {
            let spool = try RecordingSpool(
                path: settings.folder, limit: settings.diskBytes, profile: profile, now: { .now }, newID: RandomUUID.text)
            let transport = GatewayTransport(server: settings.server, token: settings.token, client: try settings.gateway.client())
            let queue = UploadQueue(transport, clock: .system, newID: RandomUUID.text) { continuation.yield(.recorder($0)) }
            var options = ChunkRecorder.Settings(server: settings.server, language: settings.language)
            options.profile = profile
            options.title = settings.title
            let device = settings.device
            let recorder = ChunkRecorder(
                spool, options,
                microphone: microphone ?? { Capture(device: device, deliver: $0, overran: $1, failed: $2) }, verdict: verdict,
                queue: queue, now: { .now }, clock: { .now }
            ) { continuation.yield(.recorder($0)) }
            let isStopped = Atomic<Bool>(false)
            // A separate task: waiting chunks are sent even when this task is cancelled.
            let work = Task {
                await drive(recorder, queue, spool, events, continuation, context) { isStopped.load(ordering: .acquiring) }
            }
            return await withTaskCancellationHandler {
                await work.value
            } onCancel: {
                isStopped.store(true, ordering: .releasing)
                recorder.stop()
                continuation.yield(.stopped)
            }
        } catch {
            context.printError(Record.description, "\(error)")
            return .failed
        }
    }

    private func drive(
        _ recorder: ChunkRecorder, _ queue: UploadQueue, _ spool: RecordingSpool, _ events: AsyncStream<ScreenEvent>,
        _ continuation: AsyncStream<ScreenEvent>.Continuation, _ context: CommandContext, isStopped: () -> Bool
    ) async -> ExitStatus {
        var screen = RecorderScreen(context, json: settings.json)
        let earlier = takeUp(spool, recorder, queue, &screen)
        let delivery = Task {
            await queue.run()
            continuation.yield(.delivered)
        }
        let clock = Task { while (try? await Task.sleep(for: .milliseconds(200))) != nil { continuation.yield(.time) } }
        defer { clock.cancel() }
        var stoppedAt: Instant?
        var hasFailed = false
        func stop() {
            guard stoppedAt == nil else { return }
            stoppedAt = .now
            queue.end()
        }
        if settings.records {
            recorder.start(goingOnWith: earlier)
            // The user stopped the recording before it started.
            if isStopped() { recorder.stop() }
        } else {
            stop()
        }
        loop: for await item in events {
            switch item {
            case .recorder(let events):
                screen.show(events)
                if case .failed = events {
                    hasFailed = true
                    stop()
                }
            case .stopped: stop()
            case .delivered: break loop
            case .time:
                screen.show(RecorderStatus(recorder, queue, isStopping: stoppedAt != nil))
                if let stoppedAt, Instant.now - max(stoppedAt, queue.lastProgress ?? stoppedAt) > settings.patience { delivery.cancel() }
            }
        }
        // The task keeps the recordings open for a moment after it has told that it is done. Another run can send the recordings that are left only
        // when nobody has them open.
        await delivery.value
        let left = RecorderStatus(recorder, queue, isStopping: true)
        screen.end(left, folder: settings.folder)
        return hasFailed || !queue.recordings.isEmpty ? .failed : .done
    }

    /// Queues the recordings of earlier processes for delivery. A recording that was interrupted a moment ago may be continued.
    ///
    /// - Returns: the recording to continue; nil: none.
    private func takeUp(
        _ spool: RecordingSpool, _ recorder: ChunkRecorder, _ queue: UploadQueue, _ screen: inout RecorderScreen
    ) -> SpooledRecording? {
        let all = spool.open()
        let ours = all.filter { GatewayAddress($0.origin.server).httpURL == settings.server }
        if ours.count < all.count {
            screen.say("\(all.count - ours.count) recordings wait for another gateway: give the --url of that gateway to send them")
        }
        let last = ours.last { recording in
            guard settings.records, !recording.history.isComplete, recording.origin.language == settings.language,
                settings.title == nil || recording.origin.title == settings.title,
                let written = recording.lastWritten
            else { return false }
            return UnixTime.now - written <= settings.goOnWithin
        }
        for recording in ours {
            do throws(SpoolError) {
                if recording !== last { try recorder.complete(recording) }
            } catch {
                screen.say("\(error)")
            }
            queue.add(recording)
        }
        return last
    }
}
