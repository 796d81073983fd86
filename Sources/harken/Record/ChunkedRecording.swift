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
        var server: String
        /// The folder in which recordings wait.
        var folder: String
        var token: String?
        var language: String?
        var device: String?
        var diskBytes = 2_000_000_000
        var goOnWithin: Duration = .seconds(300)
        /// False: nothing is recorded, and only waiting recordings are sent.
        var records = true
        var json = false
        /// Time after a stop for which delivery continues while the gateway accepts nothing.
        var patience: Duration = .seconds(60)

        init(server: String, folder: String) {
            self.server = server
            self.folder = folder
        }
    }

    private enum News: Sendable {
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

    func run(_ surroundings: CommandContext) async -> ExitStatus {
        let (news, continuation) = AsyncStream<News>.makeStream()
        let (verdict, missing) = ChunkHearing.make(ModelFolder(environment: environment))
        if let missing, settings.records {
            surroundings.complain(Record.description, "the voice model cannot be used (\(missing)); all loud audio counts as speech")
        }
        let profile = ChunkProfile.recording
        do {
            let spool = try RecordingSpool(
                path: settings.folder, limit: settings.diskBytes, profile: profile, now: { .now }, newID: RandomUUID.text)
            let courier = GatewayTransport(server: settings.server, token: settings.token, client: try HTTPClient())
            let deliverer = UploadQueue(courier, clock: .system, newID: RandomUUID.text) { continuation.yield(.recorder($0)) }
            var options = ChunkRecorder.Settings(server: settings.server, language: settings.language)
            options.profile = profile
            let device = settings.device
            let recorder = ChunkRecorder(
                spool, options,
                microphone: microphone ?? { Capture(device: device, deliver: $0, overran: $1, failed: $2) }, verdict: verdict,
                deliverer: deliverer, now: { .now }
            ) { continuation.yield(.recorder($0)) }
            let isStopped = Atomic<Bool>(false)
            // A separate task: waiting chunks are sent even when this task is cancelled.
            let work = Task {
                await drive(recorder, deliverer, spool, news, continuation, surroundings) { isStopped.load(ordering: .acquiring) }
            }
            return await withTaskCancellationHandler {
                await work.value
            } onCancel: {
                isStopped.store(true, ordering: .releasing)
                recorder.stop()
                continuation.yield(.stopped)
            }
        } catch {
            surroundings.complain(Record.description, "\(error)")
            return .failed
        }
    }

    private func drive(
        _ recorder: ChunkRecorder, _ deliverer: UploadQueue, _ spool: RecordingSpool, _ news: AsyncStream<News>,
        _ continuation: AsyncStream<News>.Continuation, _ surroundings: CommandContext, isStopped: () -> Bool
    ) async -> ExitStatus {
        var screen = RecorderScreen(surroundings, json: settings.json)
        let earlier = takeUp(spool, recorder, deliverer, &screen)
        let delivery = Task {
            await deliverer.run()
            continuation.yield(.delivered)
        }
        let clock = Task { while (try? await Task.sleep(for: .milliseconds(200))) != nil { continuation.yield(.time) } }
        defer { clock.cancel() }
        var stoppedAt: ContinuousClock.Instant?
        var hasFailed = false
        func stop() {
            guard stoppedAt == nil else { return }
            stoppedAt = .now
            deliverer.end()
        }
        if settings.records {
            recorder.start(goingOnWith: earlier)
            // The user stopped the recording before it started.
            if isStopped() { recorder.stop() }
        } else {
            stop()
        }
        loop: for await item in news {
            switch item {
            case .recorder(let news):
                screen.show(news)
                if case .failed = news {
                    hasFailed = true
                    stop()
                }
            case .stopped: stop()
            case .delivered: break loop
            case .time:
                screen.show(RecorderStatus(recorder, deliverer, isStopping: stoppedAt != nil))
                if let stoppedAt, ContinuousClock.now - max(stoppedAt, deliverer.lastProgress ?? stoppedAt) > settings.patience { delivery.cancel() }
            }
        }
        let left = RecorderStatus(recorder, deliverer, isStopping: true)
        screen.end(left, folder: settings.folder)
        return hasFailed || !deliverer.recordings.isEmpty ? .failed : .done
    }

    /// Queues the recordings of earlier processes for delivery. A recording that was interrupted a moment ago may be continued.
    ///
    /// - Returns: the recording to continue; nil: none.
    private func takeUp(
        _ spool: RecordingSpool, _ recorder: ChunkRecorder, _ deliverer: UploadQueue, _ screen: inout RecorderScreen
    ) -> SpooledRecording? {
        let all = spool.open()
        let ours = all.filter { $0.origin.server == settings.server }
        if ours.count < all.count {
            screen.say("\(all.count - ours.count) recordings wait for another gateway: give the --url of that gateway to send them")
        }
        let last = ours.last { recording in
            guard settings.records, !recording.history.isComplete, recording.origin.language == settings.language,
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
            deliverer.add(recording)
        }
        return last
    }
}
