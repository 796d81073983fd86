import HarkenTesting
import Recorder
import Sessions
import Speech
import Synchronization
import Testing

@testable import HarkenKit

@Suite(.hangLimit) struct `A recorder` {
    /// A microphone that hears a second of silence at once, and counts.
    private final class TestMicrophone: Microphone {
        let starts = Atomic<Int>(0)
        let stops = Atomic<Int>(0)
        let deliver = Mutex<(@Sendable (RawSpan) -> Void)?>(nil)
        let beforeStart: @Sendable () -> Void

        init(beforeStart: @escaping @Sendable () -> Void = {}) { self.beforeStart = beforeStart }

        func start() throws(CaptureError) {
            beforeStart()
            starts.add(1, ordering: .relaxed)
            hear(16_000)
        }

        func hear(_ samples: Int) {
            let deliver = deliver.withLock { $0 }
            deliver?([Int16](repeating: 0, count: samples).span.bytes)
        }

        func stop() { stops.add(1, ordering: .relaxed) }
    }

    private func recorder(_ engine: any StreamingEngine, _ microphone: TestMicrophone, startLimit: Duration = .seconds(3_600)) -> StreamRecorder {
        let core = EngineCore(
            LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine)), options: TranscriptionOptions())
        let recorder = StreamRecorder(
            open: { () throws(RecordingError) in
                do throws(KitError) { return try core.stream(nil) } catch { throw .engine(.unavailable(error.description)) }
            },
            microphone: { deliver, _, _ in
                microphone.deliver.withLock { $0 = deliver }
                return microphone
            }, startLimit: startLimit, now: { UnixTime(milliseconds: 7) })
        recorder.initialized()
        return recorder
    }

    @Test func `opens the microphone once the engine is ready, and keeps the last words`() async throws {
        let microphone = TestMicrophone()
        let recorder = recorder(ScriptedEngine(), microphone)
        let said = Mutex<[RecordingResult]>([])
        recorder.callbacks.setUserName("Anna")
        recorder.callbacks.onFinal { result in said.withLock { $0.append(result) } }
        try await recorder.start()
        #expect(recorder.isRecording)
        await recorder.stop()
        await recorder.stop()
        #expect(!recorder.isRecording)
        #expect(microphone.starts.load(ordering: .relaxed) == 1)
        #expect(microphone.stops.load(ordering: .relaxed) >= 1)
        #expect(said.withLock { $0 } == [RecordingResult(text: "w1", isFinal: true, timestamp: UnixTime(milliseconds: 7), userName: "Anna")])
    }

    /// An engine whose last word comes when the test says so.
    private final class LateEngine: StreamingEngine {
        let name = EngineName("late")
        let capabilities = Capabilities(streaming: true, prerecorded: false, languages: .any, models: [])
        private let finish = Mutex<(@Sendable () -> Void)?>(nil)

        /// True once the engine was told to finish.
        var isFinishing: Bool { finish.withLock { $0 != nil } }

        func sayLastWord() { finish.withLock { $0 }?() }

        func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
            deliver(.opened)
            return Stream { end in
                self.finish.withLock {
                    $0 = {
                        let range = SampleRange(.zero, end)
                        deliver(.final(Hypothesis(range: range, words: [Word("last", range, confidence: 1)]), reason: .endOfAudio))
                        deliver(.closed(nil))
                    }
                }
            }
        }

        private final class Stream: EngineStream {
            private let finish: (SampleIndex) -> Void
            private var heard = SampleIndex.zero

            init(finish: @escaping (SampleIndex) -> Void) { self.finish = finish }

            func send(_ audio: RawSpan) { heard += SampleCount(audio.byteCount / 2) }

            func send(_ command: EngineCommand) { if command == .finish { finish(heard) } }
        }
    }

    @Test func `has its last words when any of several stops returns`() async throws {
        let engine = LateEngine()
        let recorder = recorder(engine, TestMicrophone())
        let heard = Heard()
        recorder.callbacks.onFinal { result in heard.said.withLock { $0.append(result.text) } }
        try await recorder.start()
        let stops = (0..<3).map { _ in
            Task {
                heard.stops.add(1, ordering: .relaxed)
                await recorder.stop()
                return heard.said.withLock { $0 }
            }
        }
        try await until { engine.isFinishing && heard.stops.load(ordering: .relaxed) == 3 }
        engine.sayLastWord()
        for stop in stops { #expect(await stop.value == ["last"]) }
    }

    private final class Heard: Sendable {
        let said = Mutex<[String]>([])
        let stops = Atomic(0)
    }

    @Test func `gives up on an engine that never gets ready, and captures nothing`() async {
        let microphone = TestMicrophone()
        let recorder = recorder(ScriptedEngine(fault: .hangs), microphone, startLimit: .milliseconds(200))
        await #expect(throws: RecordingError.notReady) { try await recorder.start() }
        #expect(microphone.starts.load(ordering: .relaxed) == 0)
        #expect(!recorder.isRecording && recorder.isReady)
    }

    @Test func `captures nothing when it is stopped while it waits for the engine`() async throws {
        let microphone = TestMicrophone()
        let engine = ScriptedEngine(fault: .hangs)
        let recorder = recorder(engine, microphone)
        let started = Task { () -> RecordingError? in
            do throws(RecordingError) {
                try await recorder.start()
                return nil
            } catch {
                return error
            }
        }
        try await until { engine.openStreams > 0 }
        await recorder.stop()
        engine.openAll()
        #expect(await started.value == .stopped)
        #expect(microphone.starts.load(ordering: .relaxed) == 0)
    }

    @Test func `sends nothing when it is stopped while the microphone opens`() async {
        let holder = Mutex<StreamRecorder?>(nil)
        let said = Atomic<Int>(0)
        let microphone = TestMicrophone { holder.withLock { $0 }?.halt() }
        let recorder = recorder(ScriptedEngine(), microphone)
        recorder.callbacks.onFinal { _ in said.add(1, ordering: .relaxed) }
        holder.withLock { $0 = recorder }
        await #expect(throws: RecordingError.stopped) { try await recorder.start() }
        holder.withLock { $0 = nil }
        #expect(said.load(ordering: .relaxed) == 0)
        #expect(microphone.stops.load(ordering: .relaxed) >= 1)
    }

    @Test func `must be initialised, and records once at a time`() async throws {
        let microphone = TestMicrophone()
        let fresh = StreamRecorder(
            open: { () throws(RecordingError) in throw .missingSetting("x") }, microphone: { _, _, _ in microphone },
            now: { UnixTime(milliseconds: 0) })
        await #expect(throws: RecordingError.notInitialized) { try await fresh.start() }
        let recorder = recorder(ScriptedEngine(), microphone)
        try await recorder.start()
        await #expect(throws: RecordingError.alreadyRecording) { try await recorder.start() }
        await recorder.shutdown()
        await #expect(throws: RecordingError.notInitialized) { try await recorder.start() }
    }

    @Test func `says which setting is missing or unknown`() async {
        await #expect(throws: RecordingError.missingSetting("token")) { try await ManagedRecording(server: "localhost", token: "").initialize() }
        await #expect(throws: RecordingError.missingSetting("server")) { try await ManagedRecording(server: "", token: "t").initialize() }
        await #expect(throws: RecordingError.missingSetting("key")) { try await BYOKRecording(key: "").initialize() }
        await #expect(throws: RecordingError.invalidSetting("key", problem: "has more than one line")) {
            try await BYOKRecording(key: "k\nother").initialize()
        }
        await #expect(throws: RecordingError.invalidSetting("token", problem: "has a blank inside")) {
            try await ManagedRecording(server: "localhost", token: "k other").initialize()
        }
        do throws(RecordingError) {
            try await BYOKRecording(vendor: "nobody", key: "k").initialize()
            Issue.record("an unknown vendor was taken")
        } catch {
            guard case .unknownSetting("vendor", value: "nobody", let known) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(known.contains("deepgram"))
        }
    }
}
