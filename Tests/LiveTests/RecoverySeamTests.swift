import Continuity
import Journal
import Speech
import Testing

@testable import Live

@Suite struct `The place at which a client goes on after a kill` {
    /// Sound of one loudness, with a pause of 100 ms.
    private struct Sound: RecoverableAudio {
        var pause: SampleRange
        var isLost = false

        func held(of range: SampleRange) async -> [SampleRange] { [range] }

        func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8] {
            guard !isLost else { throw .notJournaled }
            return (range.start.samples..<range.end.samples).flatMap { [0, pause.contains(SampleIndex($0)) ? 0 : 0x20] as [UInt8] }
        }

        func release() async {}
    }

    /// The pause from 8 s to 8.1 s.
    private let sound = Sound(pause: SampleRange(SampleIndex(128_000), count: SampleCount(1_600)))

    /// Ten seconds, with words to a second of each channel.
    private func transcript(committed seconds: [Int]) -> SessionTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: seconds.count, received: SampleCount(160_000))
        for (channel, second) in seconds.enumerated() where second > 0 {
            let range = SampleRange(.zero, SampleIndex(second * 16_000))
            transcript.add(Commit(channel: ChannelIndex(channel), range: range, words: [], reason: .pause, engine: .local), turn: 0)
        }
        return transcript
    }

    private func place(_ seconds: [Int], keptFrom kept: Int, _ sound: Sound? = nil) async -> Int64 {
        let seam = RecoverySeam(transcript: transcript(committed: seconds), audio: sound ?? self.sound)
        return await seam.place(keptFrom: SampleIndex(kept)).samples
    }

    @Test(arguments: [0, 40_000, 48_000]) func `is the end of the final words where the client has what follows`(kept: Int) async {
        #expect(await place([3], keptFrom: kept) == 48_000)
    }

    @Test func `is the beginning where no word was final and the client has all`() async {
        #expect(await place([0], keptFrom: 0) == 0)
    }

    @Test(arguments: [64_000, 128_000]) func `is the next pause where the client has less`(kept: Int) async {
        #expect(await place([3], keptFrom: kept) == 128_400)
    }

    @Test(arguments: [160_000, 320_000]) func `is the end of the audio where the client has none of it`(kept: Int) async {
        #expect(await place([3], keptFrom: kept) == 160_000)
    }

    @Test func `is the end of the audio where the journal has lost it`() async {
        #expect(await place([3], keptFrom: 64_000, Sound(pause: sound.pause, isLost: true)) == 160_000)
    }

    @Test(arguments: [(1_949, false), (1_950, true), (2_000, true), (9_000, true)])
    func `is left for good with the audio behind it, but for less than a word`(milliseconds: Int, isKept: Bool) {
        #expect(SeamPromise(seam: .seconds(3), end: .seconds(5)).isKept(by: .milliseconds(milliseconds)) == isKept)
    }

    @Test(arguments: [(0, true), (3_000, true), (3_002, false)])
    func `binds a client only that has the audio behind it`(milliseconds: Int, isBound: Bool) {
        #expect(SeamPromise(seam: .seconds(3), end: .seconds(5)).canBeKept(from: .milliseconds(milliseconds)) == isBound)
    }

    @Test(arguments: [nil, ID<Session>("s2")]) func `is stored with the rest behind it`(successor: ID<Session>?) throws {
        var stored = StoredTranscript(record: SessionRecord(id: ID("s1")), transcript: transcript(committed: [3]), status: .recovering)
            .cut(at: .seconds(3))
        #expect(stored.promise == nil)
        stored.rest = StoredTranscript.Rest(end: SampleIndex(160_000), successor: successor)
        let read = try StoredTranscript(decoding: stored.encoded())
        #expect(read.rest == stored.rest)
        #expect(read.promise == SeamPromise(seam: .seconds(3), end: .seconds(10)))
    }

    @Test func `is a pause behind the final words of all channels`() async {
        #expect(await place([3, 5], keptFrom: 0) == 128_400)
        #expect(await place([5, 5], keptFrom: 0) == 80_000)
    }
}
