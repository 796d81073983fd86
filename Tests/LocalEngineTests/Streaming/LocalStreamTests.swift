import Audio
import HarkenTesting
import LocalEngine
import Speech
import Testing

/// Real models over real speech, sent faster than anybody speaks.
@Suite(.needs(TestModels.areThere, TestModels.needed), .serialized) struct `Local stream` {
    private static let engine = LocalEngine(TestModels.folder, pool: 2)

    /// Everything that a stream says until it closes.
    private func events(
        _ options: StreamOptions, _ engine: LocalEngine = engine, _ use: (any EngineStream) -> Void
    ) async -> [EngineEvent] {
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        let stream = engine.open(options) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        use(stream)
        var all: [EngineEvent] = []
        for await event in events { all.append(event) }
        return all
    }

    private func bytes(_ samples: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        PCM.appendLinear16(samples.span, to: &bytes)
        return bytes
    }

    /// In pieces of an odd number of bytes.
    private func send(_ bytes: [UInt8], in size: Int = 1_601, to stream: any EngineStream) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            stream.send(piece.span.bytes)
            rest = rest.dropFirst(size)
        }
    }

    private func finals(_ events: [EngineEvent]) -> [(Hypothesis, FinalReason)] {
        events.compactMap { if case .final(let hypothesis, let reason) = $0 { (hypothesis, reason) } else { nil } }
    }

    private func expectTiling(_ finals: [(Hypothesis, FinalReason)], through end: Int) {
        var through = SampleIndex.zero
        for (hypothesis, _) in finals {
            #expect(hypothesis.range.start == through)
            through = hypothesis.range.end
            #expect(hypothesis.words.allSatisfy { $0.range.start >= hypothesis.range.start && $0.range.end <= hypothesis.range.end })
        }
        #expect(through == SampleIndex(end))
    }

    /// What a stream says that cannot be used.
    private func description(ofRejection event: EngineEvent?) -> String? {
        switch event {
        case .closed(.badRequest(let text)), .closed(.unavailable(let text)): text
        default: nil
        }
    }

    private let beckett = ["ever", "tried", "ever", "failed", "no", "matter", "try", "again", "fail", "again", "fail", "better"]

    @Test(arguments: [16_000, 8_000]) func `says what was spoken and covers every sample`(hertz: Int) async throws {
        let rate = SampleRate(hertz: hertz)
        let recording = try TestModels.samples("beckett.wav")
        var samples: [Float] = []
        let resampler = try #require(Resampler(from: .speech, to: rate))
        resampler.append(recording.span, to: &samples)
        resampler.finish(into: &samples)
        let said = await events(StreamOptions(rate: rate, language: .english, interims: rate == .speech)) { stream in
            send(bytes(samples), to: stream)
            stream.send(.finish)
        }
        #expect(said.first == .opened)
        #expect(said.last == .closed(nil))
        let finals = finals(said)
        expectTiling(finals, through: samples.count)
        #expect(finals.flatMap(\.0.words).map(\.bare) == beckett)
        // "better" is spoken from 8.44 s on.
        let last = try #require(finals.flatMap(\.0.words).last)
        #expect(abs(last.range.start.seconds(at: rate) - 8.44) < 0.1)
        #expect(finals.last?.1 == .endOfAudio)
    }

    @Test func `answers finalize in the middle of speech and goes on`() async throws {
        let samples = try TestModels.samples("beckett.wav")
        let said = await events(StreamOptions(rate: .speech, language: .english, interims: false)) { stream in
            send(bytes(Array(samples[..<40_001])), to: stream)
            stream.send(.finalize)
            stream.send(.finalize)
            send(bytes(Array(samples[40_001...])), to: stream)
            stream.send(.finish)
        }
        #expect(said.last == .closed(nil))
        let finals = finals(said)
        expectTiling(finals, through: samples.count)
        let answers = said.count { event in
            switch event {
            case .final(_, .flush), .flushed: true
            default: false
            }
        }
        #expect(answers == 2)
        #expect(finals.contains { $0.0.range.end == SampleIndex(40_001) })
    }

    @Test func `recognises channels by themselves`() async throws {
        let samples = try TestModels.samples("beckett.wav")
        let stereo = samples.flatMap { sample in [sample, Float(0)] }
        let said = await events(StreamOptions(rate: .speech, channels: 2, language: .english, interims: false)) { stream in
            send(bytes(stereo), to: stream)
            stream.send(.finish)
        }
        #expect(said.last == .closed(nil))
        for channel in 0..<2 {
            let own = finals(said).filter { $0.0.channel == ChannelIndex(channel) }
            expectTiling(own, through: samples.count)
            #expect(own.flatMap(\.0.words).map(\.bare) == (channel == 0 ? beckett : []))
        }
    }

    @Test(arguments: [nil, 300]) func `has the same finals in pieces of any size`(endpointing: Int?) async throws {
        let samples = try TestModels.samples("beckett.wav")
        var options = StreamOptions(rate: .speech, channels: 2, language: .english)
        options.askedEndpointing = endpointing.map { .milliseconds($0) }
        let audio = bytes(zip(samples, [Float](repeating: 0, count: 24_000) + samples).flatMap { [$0, $1] })
        var texts: [[[Word]]] = []
        for size in [641, 40_001] {
            let said = await events(options) { stream in
                send(audio, in: size, to: stream)
                stream.send(.finish)
            }
            #expect(said.last == .closed(nil))
            let channels = (0..<2).map { channel in finals(said).filter { $0.0.channel == ChannelIndex(channel) } }
            for own in channels { expectTiling(own, through: samples.count) }
            texts.append(channels.map { $0.flatMap(\.0.words) })
        }
        #expect(texts.allSatisfy { $0.allSatisfy { !$0.isEmpty } })
        #expect(texts.first == texts.last)
    }

    @Test func `stops at once when it is cancelled`() async throws {
        let audio = bytes(try TestModels.samples("beckett.wav"))
        let said = await events(StreamOptions(rate: .speech, language: .english)) { stream in
            send(audio, to: stream)
            stream.send(.cancel)
            send(audio, to: stream)
            stream.send(.finish)
        }
        #expect(said.last == .closed(.cancelled))
    }

    @Test func `rejects a language that the model does not have`() async {
        let klingon = LanguageTag("tlh")
        let said = await events(StreamOptions(rate: .speech, language: klingon)) { _ in }
        #expect(said == [.closed(.unsupportedLanguage(klingon))])
    }

    @Test(arguments: [(100, 1), (16_000, 0), (16_000, 9)]) func `rejects what cannot be recognised`(hertz: Int, channels: Int) async {
        let said = await events(StreamOptions(rate: SampleRate(hertz: hertz), channels: channels)) { _ in }
        #expect(description(ofRejection: said.last) != nil)
    }

    @Test func `says what is missing when there are no models`() async {
        let said = await events(StreamOptions(rate: .speech), LocalEngine(ModelFolder("/nowhere"), pool: 1)) { _ in }
        #expect(description(ofRejection: said.last)?.contains("/nowhere") == true)
    }
}
