import Conversations
import Protocols
import RecordingAssembly
import Speech
import Testing

@testable import Recordings

@Suite struct `The order of an import` {
    @Test(arguments: [
        ("Talk with Ann.m4a", "Talk with Ann"), ("2026-01-31 15.04.05", "2026-01-31 15.04.05"), ("v1.2 notes.wav", "v1.2 notes"),
        (".hidden", ".hidden"),
        ("no suffix", "no suffix"), ("Dr. Miller talks", "Dr. Miller talks"), ("הקלטה.ogg", "הקלטה"),
    ])
    func `titles the conversation by the file's name without its suffix`(name: String, title: String) {
        #expect(ImportOrder(name: name, digest: "", byteCount: 1, conversation: ID("c"), choices: .init()).title == title)
    }

    @Test(arguments: [
        ("a/b\\c.wav", "c.wav"), ("\u{1B}[31mred.wav\n", "[31mred.wav"), ("", "Recording"), ("../", ".."), (" \t ", "Recording"),
    ])
    func `shows a name without folders and control characters`(name: String, shown: String) {
        #expect(ImportOrder.shown(name, limit: 400) == shown)
    }

    @Test func `cuts a long name between letters`() {
        #expect(ImportOrder.shown(String(repeating: "ü", count: 300), limit: 401) == String(repeating: "ü", count: 200))
    }

    @Test func `survives its stored form`() {
        var choices = ImportOrder.Choices()
        let plain = ImportOrder(name: "a \"b\".wav", digest: "00", byteCount: 12, conversation: ID("c"), choices: choices)
        #expect(ImportOrder(plain.text) == plain)
        choices.started = UnixTime(milliseconds: 1_700_000_000_123)
        choices.modified = UnixTime(milliseconds: 1_700_000_001_000)
        choices.language = LanguageTag("de-AT")
        choices.tellsSpeakers = false
        choices.separatesChannels = true
        choices.tracks = .number(2)
        choices.title = "At sea"
        let full = ImportOrder(name: "a.wav", digest: "00", byteCount: 12, conversation: ID("c"), choices: choices)
        #expect(ImportOrder(full.text) == full && full.title == "At sea")
        #expect(full.options.separateChannels && !full.options.diarize && full.options.tracks == .number(2))
        // The orders of other jobs are none of these, and these none of theirs.
        #expect(ImportOrder(PostprocessJobs.order) == nil && SyncOrder(full.text) == nil)
    }

    @Test func `comes as far as its engine says, and never back`() {
        var reach = JobProgress.Reach()
        reach.take(.reached(through: SampleIndex(32_000), of: SampleCount(160_000), rate: .speech))
        #expect(reach.heard == .seconds(2) && reach.length == .seconds(10))
        reach.take(.reached(through: SampleIndex(16_000), of: nil, rate: .speech))
        reach.take(.askedAgain)
        #expect(reach.heard == .seconds(2) && reach.length == .seconds(10))
        let word = Word("w", SampleRange(SampleIndex(40_000), SampleIndex(48_000)), confidence: 1)
        reach.take(.segment(.first, words: [word], rate: .speech))
        #expect(reach.heard == .seconds(3))
    }
}

@Suite struct `A recording that is heard as a whole` {
    private func word(_ number: Int, _ speaker: Int?) -> Word {
        let range = SampleRange(SampleIndex(number * 16_000), count: SampleCount(8_000))
        return Word("w\(number)", range, confidence: 1, speaker: speaker.map { SpeakerLabel($0) })
    }

    private func chunk(_ channels: [[Word]]) -> RecognizedChunk {
        RecognizedChunk(
            whole: Transcript(
                rate: .speech, length: SampleCount(160_000), language: .english, model: "m",
                channels: channels.map { .init(words: $0, segments: []) }), id: "c", engine: .local)
    }

    private func speakers(_ chunk: RecognizedChunk) -> [Int?] {
        Reconstruction.segments(of: [chunk], speakers: Reconciliation([chunk])) { ID("\($0.word)") }.map { $0.speaker?.number }
    }

    @Test func `has the engine's speakers, who stay one person when they return`() {
        let chunk = chunk([(0..<6).map { word($0, $0 / 2 % 2) }])
        #expect(speakers(chunk) == [0, 1, 0])
        #expect(chunk.duration == .seconds(10))
        // The stored form is the same recording.
        #expect(RecognizedChunk(chunk.record, id: "c", start: .zero, duration: chunk.duration).map(speakers) == [0, 1, 0])
    }

    @Test func `has a speaker for each channel, and words of all channels in order`() {
        let chunk = chunk([[word(0, nil), word(2, nil)], [word(1, nil), word(3, nil)]])
        #expect(chunk.words.map(\.text) == ["w0", "w1", "w2", "w3"])
        #expect(speakers(chunk) == [0, 1, 0, 1])
    }

    @Test func `has no speakers where the engine tells none apart`() {
        #expect(speakers(chunk([[word(0, nil), word(1, nil)]])) == [nil])
    }
}
