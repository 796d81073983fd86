import Speech
import Testing

@testable import LocalEngine

@Suite struct `The transcript of a segment` {
    private func request(_ seconds: Double, purpose: SegmentRequest.Purpose = .final) -> SegmentRequest {
        let audio = SampleRange(SampleIndex(160_000), count: SampleCount(.seconds(seconds), at: .speech))
        let speech = SampleRange(audio.start + SampleCount(1_600), audio.end)
        return SegmentRequest(id: 1, purpose: purpose, audio: audio, speech: speech, prefix: [], context: nil)
    }

    private func result(_ words: [String], over seconds: Double, in length: Double, isEstimated: Bool = false) -> SegmentResult {
        let transcript = RecordingServer.transcript(words, seconds: seconds, isEstimated: isEstimated)
        return TranscribedSegment(transcript, of: request(length)).result
    }

    @Test func `is placed on the stream's timeline`() {
        let words = result(["a", "b"], over: 2, in: 2).words
        #expect(words.map(\.range.start) == [SampleIndex(160_000), SampleIndex(176_000)])
        #expect(words.map(\.text) == ["a", "b"])
    }

    @Test func `has its words where the speech is when the server gives no times`() {
        let words = result(["same", "same"], over: 0, in: 2, isEstimated: true).words
        #expect(words.first?.range.start == SampleIndex(161_600) && words.last?.range.end == SampleIndex(192_000))
    }

    @Test func `ends where it begins to repeat itself`() {
        let phrase = ["I", "was", "going", "to", "say"]
        let looped = result(["Well"] + phrase + phrase + phrase + phrase, over: 6, in: 8)
        #expect(looped.words.map(\.text) == ["Well"] + phrase && looped.isSuspect)
        let behind = result(["Well"] + phrase + phrase + phrase + phrase + ["bye"], over: 6, in: 8)
        #expect(behind.words.map(\.text) == ["Well"] + phrase)
        let said = result(["no", "no", "no", "it", "is", "not"], over: 2, in: 2)
        #expect(said.words.count == 6 && !said.isSuspect)
    }

    @Test func `has no words when it has more than anybody can say`() {
        let many = result((0..<20).map { "word\($0)" }, over: 1, in: 1)
        #expect(many.words.isEmpty && many.isSuspect)
        #expect(result((0..<9).map { "word\($0)" }, over: 1, in: 1).words.count == 9)
    }

    @Test func `has no words when hardly any word of a long text is new`() {
        let pattern = ["you", "know", "know", "you", "you", "know", "I", "you", "know", "you", "I", "know", "you", "know", "you"]
        let monotonous = result(pattern + pattern.reversed(), over: 20, in: 20)
        #expect(monotonous.words.isEmpty && monotonous.isSuspect)
    }

    @Test func `has no words from behind the audio`() {
        #expect(result(["one", "two", "Thanks", "bye"], over: 4, in: 1.4).words.map(\.text) == ["one", "two"])
    }
}

@Suite struct `Failures of interims` {
    @Test func `are tolerated twice in a row`() {
        var failures = SegmentFailures()
        let broken = EngineError.unavailable("500")
        let three = [failures.isTolerable(broken), failures.isTolerable(.timedOut("late")), failures.isTolerable(broken)]
        #expect(three == [true, true, false])
        failures.succeeded()
        let busy = failures.isTolerable(.rateLimited(retryAfter: nil)), rejected = failures.isTolerable(.unauthorized("key"))
        #expect(busy && !rejected)
    }
}
