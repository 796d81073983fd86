import HarkenKit
import Testing

@Suite(.enabled(if: Simulator.isThere, "the simulators' Python is needed: run scripts/kit"), .timeLimit(.minutes(5)))
struct `A program that streams to a vendor` {
    /// Plays the recording at its own pace; `during` is called at its half.
    private func play(_ stream: SpeechStream, during: (SpeechStream) -> Void = { _ in }) async throws -> [StreamEvent] {
        let reading = Task {
            var events: [StreamEvent] = []
            for await event in stream.events { events.append(event) }
            return events
        }
        let audio = try Simulator.audio
        let pieces = stride(from: 0, to: audio.count, by: 3_200).map { audio[$0..<min($0 + 3_200, audio.count)] }
        let clock = ContinuousClock()
        let start = clock.now
        for (index, piece) in pieces.enumerated() {
            if index == pieces.count / 2 { during(stream) }
            stream.push(bytes: Array(piece))
            try await clock.sleep(until: start + .milliseconds(100 * (index + 1)))
        }
        stream.finish()
        return await reading.value
    }

    private func finals(_ events: [StreamEvent]) -> [Transcription] {
        events.compactMap { if case .final(let said) = $0 { said } else { nil } }
    }

    private func errorRate(_ events: [StreamEvent]) -> Double {
        Simulator.errorRate(finals(events).flatMap { Simulator.bare($0.text) })
    }

    private func options(_ change: (inout TranscriptionOptions) -> Void = { _ in }) -> TranscriptionOptions {
        var options = TranscriptionOptions()
        change(&options)
        return options
    }

    @Test func `hears every word once, in order, with what it cost`() async throws {
        let vendor = try Simulator("assemblyai")
        let events = try await play(try AssemblyAI(key: Simulator.key, baseURL: vendor.url).stream())
        #expect(events.first == .opened)
        #expect(errorRate(events) <= 0.25)
        let used = events.reduce(Duration.zero) { if case .usage(let audio) = $1 { $0 + audio } else { $0 } }
        guard case .terminated(let end) = events.last else {
            Issue.record("the stream did not end")
            return
        }
        #expect(end.error == nil)
        #expect(used > .zero && used <= end.audio)
        #expect(events.contains { if case .metrics(let metrics) = $0 { metrics.engine == EngineName("assemblyai") } else { false } })
        #expect(try await vendor.violations == "[]")
    }

    @Test func `follows each final with the end of speech, then with its use`() async throws {
        let vendor = try Simulator("deepgram")
        let events = try await play(try Deepgram(key: Simulator.key, baseURL: vendor.url).stream())
        for (index, event) in events.enumerated() {
            guard case .final = event else { continue }
            guard index + 2 < events.count, case .endOfSpeech = events[index + 1], case .usage = events[index + 2] else {
                Issue.record("\(events[index...].prefix(3))")
                continue
            }
        }
        #expect(errorRate(events) <= 0.25)
        #expect(try await vendor.violations == "[]")
    }

    @Test func `gets formatted turns when it asks for them`() async throws {
        let vendor = try Simulator("assemblyai")
        let options = options {
            $0.model = "universal-streaming-english"
            $0.formattedTurns = true
        }
        let events = try await play(try AssemblyAI(key: Simulator.key, baseURL: vendor.url).stream(options))
        #expect(!finals(events).isEmpty)
        #expect(finals(events).allSatisfy { $0.text.first?.isUppercase == true })
        #expect(errorRate(events) <= 0.25)
        #expect(try await vendor.violations == "[]")
    }

    @Test func `ends a turn where it wants to`() async throws {
        let vendor = try Simulator("assemblyai")
        let events = try await play(try AssemblyAI(key: Simulator.key, baseURL: vendor.url).stream()) { $0.userStoppedSpeaking() }
        #expect(finals(events).count >= 2)
        #expect(errorRate(events) <= 0.3)
        #expect(try await vendor.violations == "[]")
    }

    @Test(arguments: ["assemblyai", "deepgram"])
    func `changes options in the middle, and loses nothing`(vendor name: String) async throws {
        let vendor = try Simulator(name)
        let engine: any SpeechToText =
            name == "deepgram" ? try Deepgram(key: Simulator.key, baseURL: vendor.url) : try AssemblyAI(key: Simulator.key, baseURL: vendor.url)
        let changed = options {
            $0.maximumTurnSilence = .milliseconds(900); $0.keyterms = ["Harken"]
        }
        let events = try await play(try engine.stream(options())) { _ in engine.update(changed) }
        // A new stream in the middle of a word may cost that word.
        #expect(errorRate(events) <= 0.3)
        #expect(try await vendor.violations == "[]")
    }

    @Test func `survives a connection that breaks, and says so`() async throws {
        let vendor = try Simulator("deepgram", faults: ["drop-after=2"])
        let events = try await play(try Deepgram(key: Simulator.key, baseURL: vendor.url).stream())
        #expect(events.contains { if case .problem(.connectionLost) = $0 { true } else { false } })
        #expect(errorRate(events) <= 0.25)
        guard case .terminated(let end) = events.last else {
            Issue.record("the stream did not end")
            return
        }
        #expect(end.error == nil)
    }

    @Test func `goes on with another vendor when one fails, and loses no word`() async throws {
        let broken = try Simulator("deepgram", faults: ["drop-after=2"], count: 0), vendor = try Simulator("assemblyai")
        let engines: [any SpeechToText] = [
            try Deepgram(key: Simulator.key, baseURL: broken.url), try AssemblyAI(key: Simulator.key, baseURL: vendor.url),
        ]
        let events = try await play(try Failover(engines).stream())
        #expect(errorRate(events) <= 0.25)
        #expect(finals(events).contains { $0.engine == EngineName("assemblyai") })
        #expect(!events.contains { if case .problem(.notRecognized) = $0 { true } else { false } })
        guard case .terminated(let end) = events.last else {
            Issue.record("the stream did not end")
            return
        }
        #expect(end.error == nil)
        #expect(try await vendor.violations == "[]")
    }

    @Test(arguments: ["assemblyai", "deepgram"])
    func `has files recognised too`(vendor name: String) async throws {
        let vendor = try Simulator(name)
        let engine: any SpeechToText =
            name == "deepgram" ? try Deepgram(key: Simulator.key, baseURL: vendor.url) : try AssemblyAI(key: Simulator.key, baseURL: vendor.url)
        let transcript = try await engine.recognize(file: Simulator.file)
        #expect(Simulator.errorRate(Simulator.bare(transcript.text())) <= 0.25)
        #expect(try await vendor.violations == "[]")
    }

    @Test func `is told when the key is wrong`() async throws {
        let vendor = try Simulator("deepgram")
        let stream = try Deepgram(key: "wrong", baseURL: vendor.url).stream()
        var last: StreamEvent?
        for await event in stream.events { last = event }
        guard case .terminated(let end) = last, case .unauthorized = end.error else {
            Issue.record("\(String(describing: last))")
            return
        }
    }
}
