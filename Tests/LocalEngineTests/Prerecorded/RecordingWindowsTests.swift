import Audio
import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import LocalEngine

/// A recogniser that notes what it is given, and takes as much at once as Whisper.
private final class Ear: WindowRecognizing {
    private let windows = Mutex<[SampleRange]>([])
    var heard: [SampleRange] { windows.withLock { $0 }.sorted { $0.start < $1.start } }
    var longestWindow: SampleCount { WhisperRecognizer.longest }

    func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? {
        windows.withLock { $0.append(item.window.audio) }
        return RecognizedWindow(words: [])
    }
}

@Suite(.needs(TestModels.areThere, TestModels.needed), .hangLimit) struct `Windows of a recording` {
    /// A sentence of 7 s without pauses.
    private static let sentence = TestModels.recording("librivox/sense_and_sensibility_01_austen_64kb-0870.wav")

    private func windows(isLive: Bool, threads: Int) async throws -> [SampleRange] {
        let pool = DecodePool(threads: threads), ear = Ear()
        if isLive { pool.liveStreamOpened() }
        let runtime = try InferenceRuntime(path: TestModels.folder.path(of: .runtime))
        let work = RecordingWork(
            media: InProcessMedia(), pool: pool, voiceActivity: try VoiceActivity(runtime, path: TestModels.folder.path(of: .voiceActivity)),
            recognizer: .known(SpokenLanguageRecognizer(ear, LanguageTag("de"), model: "ear")))
        let options = LocalRecordingOptions(RecognitionOptions(language: LanguageTag("de")))
        _ = try await work.run(Recording(path: Self.sentence), options) { _ in }
        if isLive { pool.liveStreamClosed() }
        return ear.heard
    }

    @Test(arguments: [1, 2]) func `are the same while somebody speaks live`(threads: Int) async throws {
        let alone = try await windows(isLive: false, threads: threads), beside = try await windows(isLive: true, threads: threads)
        #expect(!alone.isEmpty && alone == beside)
    }
}
