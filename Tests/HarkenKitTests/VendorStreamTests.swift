import Continuity
import HarkenTesting
import Sessions
import Speech
import Testing

@testable import HarkenKit

@Suite(.hangLimit) struct `A stream to a vendor` {
    private func events(
        _ vendor: CountingVendor, _ options: TranscriptionOptions = TranscriptionOptions(), _ body: (SpeechStream) async throws -> Void
    ) async throws -> [StreamEvent] {
        let stream = try AssemblyAI(key: "k", baseURL: try vendor.start()).stream(options)
        defer { vendor.stop() }
        try await body(stream)
        var events: [StreamEvent] = []
        for await event in stream.events { events.append(event) }
        return events
    }

    private func words(_ events: [StreamEvent]) -> [String] {
        events.flatMap { event -> [String] in if case .final(let said) = event { said.words.map(\.text) } else { [] } }
    }

    private func error(_ events: [StreamEvent]) -> EngineError? { if case .terminated(let end)? = events.last { end.error } else { nil } }

    @Test(arguments: [Duration.milliseconds(50), .milliseconds(200), .seconds(1)])
    func `is cut into messages of the length that its options say`(duration: Duration) async throws {
        let vendor = try CountingVendor()
        var options = TranscriptionOptions()
        options.bufferDuration = duration
        let audio = CountingVendor.audio(10)
        let events = try await events(vendor, options) { stream in
            stream.push(Array(audio[..<1_000]))
            stream.push(Array(audio[1_000...]))
            stream.finish()
        }
        #expect(words(events) == (1...10).map { "w\($0)" })
        let lengths = try #require(vendor.messages.first), whole = 2 * Int(SampleCount(duration, at: .speech).samples)
        #expect(lengths.dropLast().allSatisfy { $0 == whole } && lengths.reduce(0, +) == 2 * audio.count, "\(lengths)")
    }

    @Test func `changes the length of its messages while it runs, on the same connection`() async throws {
        let vendor = try CountingVendor()
        let audio = CountingVendor.audio(8), half = audio.count / 2
        let events = try await events(vendor) { stream in
            for start in stride(from: 0, to: half, by: 400) { stream.push(Array(audio[start..<start + 400])) }
            var options = TranscriptionOptions()
            options.bufferDuration = .milliseconds(500)
            stream.update(options)
            for start in stride(from: half, to: audio.count, by: 400) { stream.push(Array(audio[start..<start + 400])) }
            stream.finish()
        }
        #expect(words(events) == (1...8).map { "w\($0)" })
        let first = [Int](repeating: 1_600, count: 2 * half / 1_600), second = [Int](repeating: 16_000, count: 2 * half / 16_000)
        #expect(vendor.messages == [first + second])
        #expect(vendor.texts.allSatisfy { !$0.contains("UpdateConfiguration") }, "nothing is changed that the vendor knows")
    }

    @Test(arguments: [8_000, 22_050, 48_000])
    func `takes audio of any rate`(hertz: Int) async throws {
        let vendor = try CountingVendor()
        let events = try await events(vendor) { stream in
            for _ in 0..<10 { stream.push([Int16](repeating: 0, count: hertz / 10), at: SampleRate(hertz: hertz)) }
            stream.push([Int16](repeating: 0, count: 16_000))
            stream.push([1, 2, 3], at: SampleRate(hertz: 10))
            stream.push([1, 2, 3], at: SampleRate(hertz: 10))
            for _ in 0..<10 { stream.push([Int16](repeating: 0, count: hertz / 10), at: SampleRate(hertz: hertz)) }
            stream.finish()
        }
        let received = vendor.messages.joined().reduce(0, +), unusable = StreamEvent.problem(.unusableRate(SampleRate(hertz: 10)))
        #expect(received == 2 * 48_000)
        #expect(events.filter { $0 == unusable }.count == 1)
        guard case .terminated(let end)? = events.last else { return #expect(Bool(false), "the stream did not end") }
        #expect(end.audio == .seconds(3))
    }

    @Test func `keeps the order of audio of several rates`() async throws {
        let vendor = try CountingVendor()
        let events = try await events(vendor) { stream in
            for _ in 0..<10 {
                stream.push([Int16](repeating: 0, count: 4_800), at: SampleRate(hertz: 48_000))
                stream.push([Int16](repeating: 0, count: 1_600))
                stream.push([Int16](repeating: 0, count: 4_800), at: SampleRate(hertz: 48_000))
                stream.push(bytes: [UInt8](repeating: 0, count: 3_200))
            }
            stream.finish()
        }
        #expect(vendor.messages.joined().reduce(0, +) == 10 * 4 * 3_200, "each rest comes before the audio behind it")
        guard case .terminated(let end)? = events.last else { return #expect(Bool(false), "the stream did not end") }
        #expect(end.audio == .seconds(4))
    }

    @Test func `ends on its only connection when the vendor does not answer its end`() async throws {
        let vendor = try CountingVendor(.deafToTerminate)
        let events = try await events(vendor) { stream in
            // The last word is not whole, so the vendor owes an answer for loud audio.
            stream.push(CountingVendor.audio(3).dropLast(CountingVendor.pause + 1_600))
            stream.finish()
        }
        #expect(vendor.targets.count == 1)
        #expect(words(events) == ["w1", "w2"])
        guard case .timedOut? = error(events) else { return #expect(Bool(false), "\(events.suffix(3))") }
    }

    @Test func `has no empty turns after a connection broke`() async throws {
        let vendor = try CountingVendor(.breaks(atWord: 4, times: 3))
        let events = try await events(vendor) { stream in
            stream.push(CountingVendor.audio(6))
            stream.finish()
        }
        #expect(vendor.targets.count == 4)
        #expect(words(events) == (1...6).map { "w\($0)" } && error(events) == nil)
        var starts = 0, ends = 0, finals = 0
        for event in events {
            switch event {
            case .startOfSpeech: starts += 1
            case .endOfSpeech: ends += 1
            case .final: finals += 1
            default: break
            }
        }
        #expect(starts == finals && ends == finals, "\(starts) starts and \(ends) ends of \(finals) turns")
    }

    @Test(arguments: [0, 2])
    func `is opened again as often as its options say`(retries: Int) async throws {
        let vendor = try CountingVendor(.refuses)
        var options = TranscriptionOptions()
        options.connection = ConnectionOptions(retries: retries, interval: .milliseconds(1))
        let events = try await events(vendor, options) { $0.finish() }
        #expect(vendor.targets.count == 1 + retries)
        guard case .unavailable? = error(events) else { return #expect(Bool(false), "\(events)") }
    }

    @Test(arguments: [
        (ConnectionOptions(), 3, Duration.seconds(2), Duration.seconds(10)),
        (ConnectionOptions(retries: 7, interval: .milliseconds(350), timeout: .seconds(4)), 7, .milliseconds(350), .seconds(4)),
        (ConnectionOptions(retries: -1, interval: .seconds(-1), timeout: .zero), 0, .zero, .milliseconds(100)),
        (ConnectionOptions(retries: 5_000, interval: .seconds(7_200), timeout: .seconds(7_200)), 1_000, .seconds(3_600), .seconds(600)),
    ])
    func `has the retries and the times that its options say, within their ranges`(
        connection: ConnectionOptions, retries: Int, interval: Duration, timeout: Duration
    ) {
        var options = TranscriptionOptions()
        options.connection = connection
        let request = EngineSet(engines: []).request(options, repairs: RepairQueue(capacity: 1))
        #expect(request.recovery.retries == retries && request.recovery.delay == interval)
        #expect(request.connectTime == timeout)
        // `finish()` at a server that is deaf takes at most 6 s.
        #expect(request.endTime.map { $0 > .seconds(5) && $0 <= .milliseconds(5_900) } == true)
    }

    @Test(arguments: [
        "::bad", "wss://", "https://host:port", "host:0", "https://user@host", "https://host/?key=k", "ftp://host", "https://ho st", "[::1",
    ])
    func `has an address that is one`(address: String) {
        #expect(throws: KitError.invalidURL(address)) { _ = try AssemblyAI(key: "k", baseURL: address) }
        #expect(throws: KitError.invalidURL(address)) { _ = try Harken(url: address) }
        #expect(throws: KitError.invalidURL(address)) { _ = try OpenAI(key: "k", baseURL: address, live: .realtime) }
    }

    @Test func `says what its engine can do`() throws {
        let own = try AssemblyAI(key: "k").capabilities, other = try Deepgram(key: "k").capabilities
        #expect(own.streaming && own.prerecorded && own.interims && own.liveChanges.contains(.keyterms))
        let both = try Failover([AssemblyAI(key: "k"), Deepgram(key: "k")]).capabilities
        #expect(both.liveChanges == own.liveChanges.intersection(other.liveChanges) && both.languages.contains(.english))
        #expect(both.models == own.models && both.prerecorded)
    }
}
