import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import harken

@Suite(.hangLimit) struct `The audio of a file` {
    /// A stream that takes what it is sent, and notes when.
    private final class Stream: AudioSink {
        let clock: HeldClock
        let messages = Mutex<[(at: Instant, byteCount: Int)]>([])

        init(at clock: HeldClock) { self.clock = clock }

        func untilOpen() async -> Bool { true }

        func send(_ audio: [UInt8]) async -> Int? {
            messages.withLock { $0.append((clock.now, audio.count)) }
            return 0
        }

        func waitingBytes() async -> Int? { 0 }

        func send(_ command: EngineCommand) {}
    }

    @Test(arguments: [1.0, 4.0]) func `is sent at the pace that was asked for`(speed: Double) async throws {
        let folder = TemporaryFolder(), clock = HeldClock(), stream = Stream(at: clock), start = clock.now
        let path = try folder.write(WaveFile.silence(seconds: 4), as: "sound.wav")
        try await FileFeed(path: path, speed: speed, now: { clock.now }, wait: { clock.advance(by: $0) }).run(into: stream)
        let messages = stream.messages.withLock { $0 }
        // Each of 50 ms, and none before the audio of those before it is over.
        #expect(messages.map(\.byteCount) == Array(repeating: 1_600, count: 80))
        let times = messages.map { (start.duration(to: $0.at) / .milliseconds(1)).rounded() }
        #expect(times == (0..<80).map { (Double($0) * 50 / speed).rounded() })
        #expect((start.duration(to: clock.now) / .milliseconds(1)).rounded() == 4_000 / speed)
    }

    @Test func `comes with what its file lacks, once`() async throws {
        let folder = TemporaryFolder(), clock = HeldClock(), notes = Mutex<[String]>([])
        for (name, missing) in [("whole.wav", 0), ("cut.wav", 64_000)] {
            let path = try folder.write(WaveFile.silence(seconds: 4).dropLast(missing), as: name)
            let feed = FileFeed(
                path: path, speed: 1, note: { text in notes.withLock { $0.append(text) } }, now: { clock.now }, wait: { clock.advance(by: $0) })
            try await feed.run(into: Stream(at: clock))
        }
        let told = notes.withLock { $0 }
        #expect(told.count == 1 && told[0].hasSuffix("cut.wav: The file is cut off: it has 00:02 of 00:04."), "\(told)")
    }
}
