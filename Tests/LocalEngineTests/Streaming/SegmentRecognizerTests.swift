import HarkenTesting
import LocalEngine
import Speech
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Segment recognizer` {
    @Test func `a sentence that a pause cut goes on: the full stop before the pause is not part of the context`() throws {
        let models = try LocalModels(TestModels.folder, InferenceRuntime(path: TestModels.folder.path(of: .runtime)), threads: 1)
        let recognizer = SegmentRecognizer(models)
        let samples = try TestModels.samples("beckett.wav")
        func recognize(_ range: SampleRange, _ context: SegmentRequest.Context?) throws -> SegmentResult {
            let request = SegmentRequest(id: 1, purpose: .final, audio: range, speech: range, prefix: [], context: context)
            let heard = Array(samples[Int(request.heard.start.samples)..<Int(request.heard.end.samples)])
            let result = try recognizer.recognize(request, heard, mayContinue: { true })
            return try #require(result)
        }
        let pause = SampleIndex(52_000), end = SampleIndex(samples.count)
        let before = try recognize(SampleRange(.zero, pause), nil).words.flatMap(\.tokens)
        #expect(before.last.map { models.recognizer.isClosing($0) } == true)

        let after = try recognize(SampleRange(pause, end), .init(start: .zero, tokens: before))
        let open = try recognize(SampleRange(pause, end), .init(start: .zero, tokens: before.dropLast()))
        #expect(after == open)
        #expect(after.words.last?.bare == "better")
    }
}
