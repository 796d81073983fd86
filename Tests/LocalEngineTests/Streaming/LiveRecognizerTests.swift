import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import LocalEngine

@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"))
struct `Live recognition with Whisper` {
    private let whisper: WhisperRecognizer
    private let models: LocalModels
    private let recognizer: LiveRecognizer
    private let samples: [Float]

    init() throws {
        let random = try RandomWhisper.shared.get()
        whisper = try random.recognizer()
        models = try LocalModels(random.models, InferenceRuntime(path: random.models.path(of: .runtime)), threads: 1)
        let german = LiveLanguage.Choice(code: "de", languages: .standard, among: [])
        recognizer = LiveRecognizer(models, LiveLanguage(german, ModelUse(whisper) {}))
        samples = try TestModels.samples("cards/005.wav")
    }

    @Test func `keeps Whisper for no channel that is found to be English`() throws {
        let isFree = Mutex(false)
        let choice = LiveLanguage.Choice(code: nil, languages: .standard, among: [])
        let service = LocalSegmentService(
            ModelUse(models) {}, LiveLanguage(choice, ModelUse(whisper) { isFree.withLock { $0 = true } }), DecodePool(threads: 1),
            usesKeyTerms: false)
        let channels = service.makeAnswerServices(2)
        for channel in channels {
            #expect(!isFree.withLock { $0 })
            channel.settle(.words([LiveWord("Yes.", confidence: 0.9, language: .english)]))
        }
        #expect(isFree.withLock { $0 })
        withExtendedLifetime((service, channels)) {}
    }

    private func words(_ purpose: SegmentRequest.Purpose, timesInterim: Bool) throws -> [SegmentResult.Word] {
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let request = SegmentRequest(id: 1, purpose: purpose, timesInterim: timesInterim, audio: audio, speech: audio, prefix: [], context: nil)
        return try #require(try recognizer.recognize(request, samples) { true }).words
    }

    @Test func `an interim is a draft, with the times of its words where these are wanted`() throws {
        let draft = try whisper.decode(samples.span, language: "de", isDraft: true, isTimed: true)
        let plain = try words(.interim, timesInterim: false), timed = try words(.interim, timesInterim: true)
        #expect(!plain.isEmpty && plain.flatMap(\.tokens) == draft.tokens.map(\.token))
        #expect(timed.flatMap(\.tokens) == draft.tokens.map(\.token))
        let ranges = WhisperWindowRecognizer.ranges(of: draft, in: samples.indices).map { $0.map { Int64($0.lowerBound) } }
        #expect(timed.map { Optional($0.range.start.samples) } == ranges)
        #expect(plain.map(\.range) != timed.map(\.range))
        let final = try whisper.decode(samples.span, language: "de")
        #expect(final.tokens != draft.tokens, "the draft has one hypothesis")
    }
}
