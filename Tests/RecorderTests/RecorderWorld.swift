import Foundation
import HarkenTesting
import Recorder
import Speech
import Synchronization

/// A microphone that speaks when the test says so, and remembers whether it is open.
final class FakeMicrophone: Microphone {
    private struct State {
        var isOpen = false
        var wasOpened = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let deliver: @Sendable (RawSpan) -> Void
    let overran: @Sendable (Int) -> Void
    let failed: @Sendable (CaptureError) -> Void
    /// Runs while it opens, before it is open.
    private let opening: @Sendable () throws(CaptureError) -> Void

    init(
        _ deliver: @escaping @Sendable (RawSpan) -> Void, _ overran: @escaping @Sendable (Int) -> Void,
        _ failed: @escaping @Sendable (CaptureError) -> Void, opening: @escaping @Sendable () throws(CaptureError) -> Void
    ) {
        self.deliver = deliver
        self.overran = overran
        self.failed = failed
        self.opening = opening
    }

    func start() throws(CaptureError) {
        try opening()
        state.withLock { state in
            state.isOpen = !state.isStopped
            state.wasOpened = state.isOpen || state.wasOpened
        }
        // A device may speak before it says that it is open.
        say([Int16](repeating: 9_999, count: 1_024))
    }

    func stop() {
        state.withLock { state in
            state.isOpen = false
            state.isStopped = true
        }
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }
    var wasOpened: Bool { state.withLock { $0.wasOpened } }

    /// Delivers samples, whether it is open or not: what is late must not be kept either.
    func say(_ samples: [Int16]) { deliver(samples.span.bytes) }
}

/// A server that answers as it is told, and remembers what it was brought.
final class FakeServer: UploadTransport {
    struct Chunk: Sendable, Equatable {
        var name: String
        var conversation: String
        var start: Int64
        var samples: [Int16]
    }

    private struct State {
        var chunks: [Chunk] = []
        var finished: [String] = []
        var conversations = 0
        /// Those that were asked for.
        var proposed: [String] = []
        /// The starts of the recordings for which they were asked.
        var starts: [UnixTime?] = []
        /// Those that there are.
        var started: Set<String> = []
        var takesNames = false
        var asked = 0
        var answers: [Receipt] = []
        var exact: Receipt?
        var standing: Receipt?
    }

    private let state = Mutex(State())

    var chunks: [Chunk] { state.withLock { $0.chunks } }
    var finished: [String] { state.withLock { $0.finished } }
    var conversations: Int { state.withLock { $0.conversations } }
    var proposed: [String] { state.withLock { $0.proposed } }
    var starts: [UnixTime?] { state.withLock { $0.starts } }
    var started: Set<String> { state.withLock { $0.started } }
    /// Conversations have the names from now on that are asked for.
    func takeNames() { state.withLock { $0.takesNames = true } }
    /// How often it was asked, whatever it answered.
    var asked: Int { state.withLock { $0.asked } }

    /// Answers the next parcels so, each once.
    func answer(_ receipts: Receipt...) { state.withLock { $0.answers += receipts } }

    /// Answers the next parcel so, whatever the receipt says.
    func answerOnce(_ receipt: Receipt) { state.withLock { $0.exact = receipt } }

    /// Answers all parcels so; nil: takes them.
    func always(_ receipt: Receipt?) { state.withLock { $0.standing = receipt } }

    func deliver(_ item: UploadItem) async -> Receipt {
        // Others must get their turn: waits take no time here.
        await Task.yield()
        return state.withLock { state in
            state.asked += 1
            if case .start(let name, _, _, let started) = item {
                state.proposed.append(name)
                state.starts.append(started)
                // It is done, whether or not the answer comes.
                if state.takesNames { state.started.insert(name) }
            }
            if let exact = state.exact {
                state.exact = nil
                return exact
            }
            if !state.answers.isEmpty {
                let answer = state.answers.removeFirst()
                if answer.answer != .delivered { return answer }
            } else if let standing = state.standing {
                return standing
            }
            switch item {
            case .start(let name, _, _, _):
                if state.takesNames { return Receipt(.delivered, conversation: name) }
                state.conversations += 1
                return Receipt(.delivered, conversation: "c\(state.conversations)")
            case .chunk(let name, let conversation, let start, let audio, _):
                let samples = audio.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
                let chunk = Chunk(name: name, conversation: conversation, start: start, samples: samples)
                // As the gateway does: the same again changes nothing.
                if !state.chunks.contains(chunk) { state.chunks.append(chunk) }
                return Receipt(.delivered)
            case .finish(let conversation):
                state.finished.append(conversation)
                return Receipt(.delivered, title: "a title")
            }
        }
    }
}

/// A recorder whose microphone, server, clock and disk are the test's.
final class RecorderWorld: Sendable {
    let folder = TemporaryFolder()
    let server = FakeServer()
    let spool: RecordingSpool
    let queue: UploadQueue
    let recorder: ChunkRecorder
    let news: Mutex<[RecorderEvent]>
    private let microphones: Mutex<[FakeMicrophone]>
    private let box: Box

    /// What closures share with the world before it is made.
    private final class Box: Sendable {
        let news = Mutex<[RecorderEvent]>([])
        let microphones = Mutex<[FakeMicrophone]>([])
        let opening = Mutex<(@Sendable () throws(CaptureError) -> Void)?>(nil)
        let now = Mutex(UnixTime(milliseconds: 1_800_000_000_000))
        let clock = Mutex(Instant.start)
        let ids = Mutex(0)
    }

    /// Chunks of a second, without overlap but for a tenth; everything that is not zero is speech.
    static let profile = ChunkProfile(
        longest: .seconds(1), shortest: .seconds(1), overlap: .milliseconds(100), silence: .milliseconds(350), quiet: 256, spoken: 512)

    init(
        path: String? = nil, limit: Int = 1 << 30, longest: Duration = .seconds(4 * 3_600), clock: UploadQueue.Clock? = nil,
        sync: @escaping @Sendable (Int32) -> Int32 = { fdatasync($0) }
    ) throws {
        let box = Box()
        let path = path ?? folder.path + "/recordings"
        spool = try RecordingSpool(
            path: path, limit: limit, profile: Self.profile,
            now: {
                // Names are in order of time.
                box.now.withLock { $0 }
            },
            newID: {
                box.ids.withLock { ids in
                    ids += 1; return "r\(ids)-\(UInt32.random(in: .min ... .max))"
                }
            }, sync: sync)
        let tell: @Sendable (RecorderEvent) -> Void = { news in box.news.withLock { $0.append(news) } }
        queue = UploadQueue(
            server, clock: clock ?? .hurried,
            newID: {
                box.ids.withLock { ids in
                    ids += 1; return "n\(ids)-\(UInt32.random(in: .min ... .max))"
                }
            }, tell: tell)
        var settings = ChunkRecorder.Settings(server: "http://server", language: "en")
        settings.profile = Self.profile
        settings.longest = longest
        recorder = ChunkRecorder(
            spool, settings,
            microphone: { deliver, overran, failed in
                let microphone = FakeMicrophone(deliver, overran, failed) { () throws(CaptureError) in
                    if let opening = box.opening.withLock({ $0 }) { try opening() }
                }
                box.microphones.withLock { $0.append(microphone) }
                return microphone
            }, verdict: { $0.samples.contains { $0 != 0 } ? .speech : .insufficientSpeech }, queue: queue, now: { box.now.withLock { $0 } },
            clock: { box.clock.withLock { $0 } }, tell: tell)
        news = Mutex([])
        microphones = Mutex([])
        self.box = box
    }

    var said: [RecorderEvent] { box.news.withLock { $0 } }
    var opened: [FakeMicrophone] { box.microphones.withLock { $0 } }

    func whileOpening(_ body: @escaping @Sendable () throws(CaptureError) -> Void) { box.opening.withLock { $0 = body } }

    /// Lets the recorder's clock go on.
    func pass(_ duration: Duration) { box.clock.withLock { $0 += duration } }

    func set(now: UnixTime) { box.now.withLock { $0 = now } }

    /// Starts, and waits until it listens.
    func listen(goingOnWith earlier: SpooledRecording? = nil) async throws -> FakeMicrophone {
        let before = said.count
        recorder.start(goingOnWith: earlier)
        try await until { said.dropFirst(before).contains { if case .listening = $0 { true } else { false } } }
        guard let microphone = opened.last else { throw CancellationError() }
        return microphone
    }

    /// Delivers everything, to the end.
    func deliver() async {
        queue.end()
        await queue.run()
    }

    /// Names in the folder of recordings.
    var left: [String] { (try? FileManager.default.contentsOfDirectory(atPath: spool.path)) ?? [] }
}

extension UploadQueue.Clock {
    /// Waits take no time.
    static var hurried: UploadQueue.Clock {
        .init(
            now: {
                .now + .seconds(3_600)
                    * Double(
                        hurry.withLock {
                            $0 += 1; return $0
                        })
            }, sleep: { _ in try? await Task.sleep(for: .milliseconds(1)) }, jitter: { 0 })  // real time: lets others go on
    }
}

private let hurry = Mutex(0)

/// So many samples that tell their places.
func samples(_ count: Int, from start: Int = 0) -> [Int16] { (0..<count).map { Int16(truncatingIfNeeded: (start + $0) % 30_000 + 1) } }

/// A recording put together from chunks that overlap; nil when they do not fit.
func joined(_ chunks: [FakeServer.Chunk]) -> [Int16]? {
    var whole: [Int16] = []
    for chunk in chunks {
        let start = Int(chunk.start) * 16
        guard start <= whole.count, chunk.samples.starts(with: whole[start...].prefix(chunk.samples.count)) || start == whole.count else {
            return nil
        }
        whole += chunk.samples.dropFirst(whole.count - start)
    }
    return whole
}
