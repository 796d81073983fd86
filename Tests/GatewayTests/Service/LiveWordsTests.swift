import HarkenKit
import HarkenTesting
import Speech
import Testing

@Suite(.hangLimit) struct `A gateway as the engine of a program` {
    private func engine(_ gateway: TestGateway, key: String? = nil, _ options: TranscriptionOptions = TranscriptionOptions()) throws -> Harken {
        try Harken(url: "http://127.0.0.1:\(gateway.port)", key: key, options: options)
    }

    private func all(_ stream: SpeechStream) async -> [StreamEvent] {
        var events: [StreamEvent] = []
        for await event in stream.events { events.append(event) }
        return events
    }

    private func words(_ events: [StreamEvent]) -> [TimedWord] {
        events.flatMap { if case .final(let said) = $0 { said.words } else { [TimedWord]() } }
    }

    private func end(_ events: [StreamEvent]) throws -> Termination {
        guard case .terminated(let end)? = events.last else { throw EngineError.protocolViolation("the stream did not end") }
        return end
    }

    @Test(arguments: [8_000, 16_000, 48_000]) func `returns words with their exact times, at any rate`(hertz: Int) async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            var options = TranscriptionOptions()
            options.sampleRate = SampleRate(hertz: hertz)
            let stream = try engine(gateway, options).stream()
            for _ in 0..<50 { stream.push([Int16](repeating: 8_000, count: hertz / 10)) }
            stream.finish()
            let events = await all(stream)
            #expect(words(events).map(\.text) == (1...5).map { "w\($0)" })
            #expect(words(events).map(\.start) == (0..<5).map { .seconds($0) })
            #expect(try end(events).error == nil)
            #expect(try end(events).audio == .seconds(5))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `ends a turn where it is told to`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let stream = try engine(gateway).stream()
            stream.push([Int16](repeating: 8_000, count: 24_000))
            stream.forceEndpoint()
            var events = stream.events.makeAsyncIterator()
            var first: Transcription?, guesses = 0
            while first == nil, let event = await events.next(isolation: nil) {
                if case .final(let said) = event { first = said }
                if case .interim = event { guesses += 1 }
            }
            #expect(guesses > 0)
            #expect(first?.words.map(\.text) == ["w1", "w2"])
            #expect(first?.end == .milliseconds(1_500))
            stream.cancel()
            while await events.next(isolation: nil) != nil {}
            try await gateway.sessionsEnd()
        }
    }

    @Test func `says that a key is wrong`() async throws {
        let folder = TemporaryFolder()
        let path = try folder.write(Array("RIFF".utf8), as: "speech.wav")
        try await TestGateway.with(keys: ["k3y"]) { gateway in
            let events = await all(try engine(gateway, key: "wrong").stream())
            #expect(try end(events).error == .unauthorized("The gateway refused the key, or needs one."))
            await #expect(throws: KitError.engine(.unauthorized("The gateway refused the key, or needs one."))) {
                try await engine(gateway, key: "wrong").recognize(file: path)
            }
        }
    }

    @Test func `says that no gateway is there`() async throws {
        let engine = try Harken(url: "http://127.0.0.1:1")
        let stream = try Failover([engine], repair: []).stream()
        #expect(try end(await all(stream)).error == .unavailable("The connection to the gateway broke."))
    }

    @Test func `recognizes a file`() async throws {
        let word = Word("hello", SampleRange(.zero, SampleIndex(8_000)), confidence: 1)
        let transcript = Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "scripted-1",
            channels: [.init(words: [word], segments: [.init(range: word.range, words: 0..<1)])])
        let folder = TemporaryFolder()
        let path = try folder.write(Array("RIFF".utf8), as: "speech.wav")
        try await TestGateway.with(ScriptedEngine(transcript: .success(transcript)), keys: ["k3y"]) { gateway in
            let said = try await engine(gateway, key: "k3y").recognize(file: path)
            #expect(said.text() == "hello")
        }
    }
}
