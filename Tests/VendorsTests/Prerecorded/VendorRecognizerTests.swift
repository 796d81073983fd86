import Foundation
import Framing
import HarkenTesting
import Net
import Protocols
import Speech
import Synchronization
import Testing

@testable import Vendors

/// Recordings sent over real sockets, with a clock that does not wait.
@Suite(.hangLimit) struct `A vendor's recogniser` {
    private let waits = Waits()

    private final class Waits: Sendable {
        let all = Mutex<[Duration]>([])
    }

    private func clock(passing: Duration = .zero) -> RecognizerClock {
        let start = Instant.now
        return RecognizerClock(
            now: { [waits] in start + waits.all.withLock { $0.reduce(.zero, +) } },
            sleep: { [waits] duration in
                try Task.checkCancellation()
                waits.all.withLock { $0.append(duration) }
            }, random: { .max })
    }

    private let folder = TemporaryFolder()

    private func file(_ bytes: [UInt8]) throws -> String { try folder.write(bytes, as: "recording") }

    private func service(_ name: String) throws -> PrerecordedService {
        try #require(Catalogue.vendors.first { $0.name.rawValue == name }?.prerecorded)
    }

    private func recognize(
        _ name: String, at vendor: LoopbackVendor, _ recording: Recording, options: RecognitionOptions = RecognitionOptions(language: .english),
        limit: Duration = .seconds(900), clock: RecognizerClock? = nil
    ) async throws -> Result<Transcript, EngineError> {
        let client = try HTTPClient()
        defer { client.shutdown() }
        let settings = VendorSettings(
            name: EngineName(name), credential: Credential("k-secret"), address: vendor.address, pollInterval: .seconds(3), timeLimit: limit)
        let recognizer = VendorRecognizer(try service(name), settings: settings, client: client, clock: clock ?? self.clock())
        do throws(EngineError) {
            return .success(try await recognizer.recognize(recording, options: options) { _ in })
        } catch {
            return .failure(error)
        }
    }

    private static let assemblyAI: @Sendable (LoopbackVendor.Request, Int) -> LoopbackVendor.Answer = { request, before in
        switch request.line {
        case "POST /v2/upload": .json(200, #"{"upload_url":"https://cdn/1"}"#)
        case "POST /v2/transcript": .json(200, #"{"id":"t1","status":"queued"}"#)
        case _ where before < 4: .json(200, #"{"id":"t1","status":"processing"}"#)
        case _:
            .json(
                200, #"{"status":"completed","audio_duration":2,"words":[{"text":"Hello.","start":100,"end":900,"confidence":0.9,"speaker":null}]}"#)
        }
    }

    @Test func `uploads, creates, and asks until it is done`() async throws {
        let vendor = try LoopbackVendor(Self.assemblyAI)
        defer { vendor.stop() }
        let path = try file(Array("RIFF0000WAVE and so on".utf8))
        let transcript = try await recognize("assemblyai", at: vendor, Recording(path: path)).get()
        #expect(transcript.text() == "Hello.")
        #expect(
            vendor.lines == ["POST /v2/upload", "POST /v2/transcript", "GET /v2/transcript/t1", "GET /v2/transcript/t1", "GET /v2/transcript/t1"])
        #expect(vendor.requests.allSatisfy { $0.authorization == "k-secret" })
        #expect(vendor.requests[0].head == "RIFF0000WAVE and so on")
        #expect(waits.all.withLock { $0 } == [.seconds(3), .seconds(3), .seconds(3)])
    }

    @Test func `repeats what may be repeated, as late as the vendor says`() async throws {
        let vendor = try LoopbackVendor { request, before in
            switch before {
            case 0: .json(500, "{}")
            case 1: .json(200, #"{"upload_url":"https://cdn/1"}"#)
            case 2: .json(429, "{}", ["Retry-After": "9"])
            case 3: .json(200, #"{"id":"t1","status":"queued"}"#)
            case 4: .cut
            case _: .json(200, #"{"status":"completed","words":[]}"#)
            }
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        _ = try await recognize("assemblyai", at: vendor, Recording(path: path)).get()
        #expect(vendor.lines.count == 6)
        #expect(waits.all.withLock { $0.map { Int($0 / .milliseconds(1) + 0.5) } } == [500, 9_000, 3_000, 500])
    }

    /// Each way in which AssemblyAI can fail: what it is called, how often anything is asked, and how often a transcript is ordered.
    @Test(
        arguments: [
            (["POST /v2/upload": (200, "{}")], "protocol_violation", 1, 0), (["POST /v2/upload": (401, "{}")], "unauthorised", 1, 0),
            (["POST /v2/upload": (503, "{}")], "unavailable", 5, 0), (["POST /v2/transcript": (400, #"{"error":"no"}"#)], "bad_request", 2, 1),
            (["POST /v2/transcript": (429, "{}")], "rate_limited", 6, 5), (["POST /v2/transcript": (503, "{}")], "unavailable", 6, 5),
            // Whether it was acted on is looked for; it was not, so there may be another; then that is all.
            (["POST /v2/transcript": (500, "{}")], "unavailable", 5, 2),
            (["GET /v2/transcript/t1": (200, #"{"status":"error","error":"corrupt file"}"#)], "undecodable", 3, 1),
            (["GET /v2/transcript/t1": (200, #"{"status":"lost"}"#)], "protocol_violation", 3, 1),
            (["GET /v2/transcript/t1": (404, #"{"error":"none"}"#)], "bad_request", 3, 1),
            // Until the time is over, with growing waits.
            (["GET /v2/transcript/t1": (500, "{}")], "unavailable", 9, 1),
            // Every 3 s, for 30 s.
            (["GET /v2/transcript/t1": (200, #"{"status":"processing"}"#)], "timed_out", 11, 1),
        ] as [([String: (Int, String)], String, Int, Int)])
    func `tells each failure of AssemblyAI's from the others`(answers: [String: (Int, String)], label: String, requests: Int, orders: Int)
        async throws
    {
        let usual = [
            "POST /v2/upload": #"{"upload_url":"https://cdn/1"}"#, "POST /v2/transcript": #"{"id":"t1","status":"queued"}"#,
            "GET /v2/transcript?limit=200": #"{"transcripts":[]}"#,
        ]
        let vendor = try LoopbackVendor { request, _ in
            let (status, body) = answers[request.line] ?? (200, usual[request.line] ?? "{}")
            return .json(status, body)
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        let result = try await recognize("assemblyai", at: vendor, Recording(path: path), limit: .seconds(30))
        guard case .failure(let error) = result else { return #expect(Bool(false), "\(result)") }
        #expect(error.label == label, "\(error)")
        #expect(vendor.lines.count == requests, "\(vendor.lines)")
        #expect(vendor.lines.count { $0 == "POST /v2/transcript" } == orders)
        #expect(vendor.requests.allSatisfy { $0.authorization == "k-secret" })
    }

    /// A vendor that takes an order and then drops the connection, or gives an answer that says nothing of it.
    @Test(arguments: [LoopbackVendor.Answer.cut, .json(500, "{}"), .json(504, "{}")])
    func `orders once what was taken and not answered`(answer: LoopbackVendor.Answer) async throws {
        let jobs = Mutex(0)
        let vendor = try LoopbackVendor { request, _ in
            switch request.line {
            case "POST /v2/upload": return .json(200, #"{"upload_url":"https://cdn/1"}"#)
            case "POST /v2/transcript":
                jobs.withLock { $0 += 1 }
                return answer
            case "GET /v2/transcript?limit=200":
                let audio = jobs.withLock { $0 } > 0 ? "https://cdn/1" : "https://cdn/0"
                return .json(200, #"{"transcripts":[{"id":"old","audio_url":"https://cdn/0"},{"id":"t1","audio_url":"\#(audio)"}]}"#)
            case _: return .json(200, #"{"status":"completed","words":[{"text":"Once.","start":100,"end":900}]}"#)
            }
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        #expect(try await recognize("assemblyai", at: vendor, Recording(path: path)).get().text() == "Once.")
        #expect(jobs.withLock { $0 } == 1)
        #expect(vendor.lines.last == "GET /v2/transcript/t1")
    }

    @Test func `goes on with what was ordered when the time was too short, and orders anew for another recording`() async throws {
        let isDone = Mutex(false)
        let vendor = try LoopbackVendor { request, _ in
            switch request.line {
            case "POST /v2/upload": .json(200, #"{"upload_url":"https://cdn/1"}"#)
            case "GET /v2/transcript/t1" where isDone.withLock({ $0 }): .json(200, #"{"status":"completed","words":[]}"#)
            case _: .json(200, #"{"id":"t1","status":"processing"}"#)
            }
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        let client = try HTTPClient()
        defer { client.shutdown() }
        let settings = VendorSettings(
            name: EngineName("assemblyai"), credential: Credential("k-secret"), address: vendor.address, timeLimit: .seconds(10))
        let recognizer = VendorRecognizer(try service("assemblyai"), settings: settings, client: client, clock: clock())
        func attempt(_ options: RecognitionOptions = RecognitionOptions(language: .english)) async -> EngineError? {
            do throws(EngineError) {
                _ = try await recognizer.recognize(Recording(path: path), options: options) { _ in }
                return nil
            } catch {
                return error
            }
        }
        func orders() -> Int { vendor.lines.count { $0 == "POST /v2/transcript" } }
        #expect(await attempt()?.label == "timed_out")
        #expect(await attempt()?.label == "timed_out")
        #expect(orders() == 1)
        // Other options are other work.
        #expect(await attempt(RecognitionOptions(language: LanguageTag("de")))?.label == "timed_out")
        #expect(orders() == 2)
        isDone.withLock { $0 = true }
        #expect(await attempt() == nil)
        #expect(orders() == 2)
        // It is over: the same recording once more is a new order, and so is another one at the same place.
        isDone.withLock { $0 = false }
        #expect(await attempt()?.label == "timed_out")
        #expect(orders() == 3)
        try Data([4, 5, 6, 7]).write(to: URL(filePath: path))
        #expect(await attempt()?.label == "timed_out")
        #expect(orders() == 4)
    }

    @Test func `says each time that it asks once more`() async throws {
        let vendor = try LoopbackVendor { _, before in
            before < 2 ? .json(429, "{}") : .json(200, #"{"results":{"channels":[{"alternatives":[{"words":[]}]}]}}"#)
        }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let settings = VendorSettings(name: EngineName("deepgram"), credential: Credential("k-secret"), address: vendor.address)
        let recognizer = VendorRecognizer(try service("deepgram"), settings: settings, client: client, clock: clock())
        let told = Mutex<[RecognitionProgress]>([])
        let path = try file(Array("RIFF0000WAVE and so on".utf8))
        _ = try await recognizer.recognize(Recording(path: path), options: RecognitionOptions()) { step in told.withLock { $0.append(step) } }
        #expect(told.withLock { $0.count { $0 == .askedAgain } } == 2)
        #expect(vendor.requests.map(\.contentType) == ["audio/wav", "audio/wav", "audio/wav"])
    }

    @Test func `asks often, and gives up soon, when somebody waits`() async throws {
        let urgent = RecognitionOptions(language: .english, isUrgent: true)
        let path = try file([1, 2, 3])
        let quick = try LoopbackVendor(Self.assemblyAI)
        defer { quick.stop() }
        _ = try await recognize("assemblyai", at: quick, Recording(path: path), options: urgent).get()
        #expect(waits.all.withLock { $0 } == [.milliseconds(400), .milliseconds(400), .milliseconds(400)])
        let broken = try LoopbackVendor { _, _ in .json(503, "{}") }
        defer { broken.stop() }
        let result = try await recognize("assemblyai", at: broken, Recording(path: path), options: urgent)
        #expect(broken.lines.count == 2)
        guard case .failure(.unavailable) = result else { return #expect(Bool(false), "\(result)") }
    }

    @Test func `does not order twice what may have been acted on`() async throws {
        let vendor = try LoopbackVendor { _, _ in .json(500, #"{"err_msg":"broken k-secret"}"#) }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        let result = try await recognize("deepgram", at: vendor, Recording(path: path))
        #expect(vendor.lines.count == 1)
        guard case .failure(.unavailable) = result else { return #expect(Bool(false), "\(result)") }
    }

    @Test func `stops at its time limit`() async throws {
        let vendor = try LoopbackVendor { request, _ in
            switch request.line {
            case "POST /v2/upload": .json(200, #"{"upload_url":"https://cdn/1"}"#)
            case _: .json(200, #"{"id":"t1","status":"processing"}"#)
            }
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        let result = try await recognize("assemblyai", at: vendor, Recording(path: path), limit: .seconds(10))
        #expect(result == .failure(.timedOut("assemblyai did not finish within 10 s.")))
        #expect(vendor.lines.count == 5)
    }

    @Test func `takes away what it uploaded when it is cancelled`() async throws {
        let vendor = try LoopbackVendor { request, _ in
            switch request.line {
            case "POST /files": .json(201, #"{"id":"f1"}"#)
            case "POST /transcriptions": .json(201, #"{"id":"t1","status":"queued"}"#)
            case "GET /transcriptions/t1": .silence
            case _: .json(204, "")
            }
        }
        defer { vendor.stop() }
        let path = try file([1, 2, 3])
        let task = Task { try await recognize("soniox", at: vendor, Recording(path: path)) }
        try await until { vendor.lines.count >= 3 }
        task.cancel()
        #expect(try await task.value == .failure(.cancelled))
        #expect(vendor.lines.suffix(2) == ["DELETE /transcriptions/t1", "DELETE /files/f1"])
    }

    @Test func `describes raw audio by a header, and names the file after what it is`() async throws {
        let vendor = try LoopbackVendor { _, _ in .json(200, #"{"text":"hi"}"#) }
        defer { vendor.stop() }
        let path = try file([UInt8](repeating: 0x41, count: 32_000))
        let transcript = try await recognize(
            "openai", at: vendor, Recording(path: path, format: .raw(.linear16, .speech, channels: 1)),
            options: RecognitionOptions(language: .english, keyterms: ["Harken"])
        ).get()
        #expect(transcript.text() == "hi")
        let request = try #require(vendor.requests.first)
        #expect(request.line == "POST /audio/transcriptions")
        #expect(request.contentType?.hasPrefix("multipart/form-data; boundary=harken-") == true)
        #expect(request.head.contains("name=\"model\"\r\n\r\nwhisper-1\r\n"))
        #expect(request.head.contains("filename=\"recording.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF"))
        #expect(request.tail.hasSuffix("--\r\n"))
    }

    @Test func `says what is wrong with a recording that is not there or empty`() async throws {
        let vendor = try LoopbackVendor { _, _ in .silence }
        defer { vendor.stop() }
        #expect(try await recognize("openai", at: vendor, Recording(path: "/nowhere")) == .failure(.undecodable("The recording cannot be read.")))
        let path = try file([])
        #expect(try await recognize("openai", at: vendor, Recording(path: path)) == .failure(.undecodable("The recording is empty.")))
    }

    @Test(.enabled(if: !Sanitizer.isHere, "a sanitizer takes memory of its own"))
    func `uploads a big recording with memory that does not grow`() async {
        await #expect(processExitsWith: .success) {
            let vendor = try LoopbackVendor { _, _ in .json(200, #"{"text":"long"}"#) }
            let folder = TemporaryFolder()
            let path = try folder.write([1], as: "recording")
            let size = 600 << 20
            // No room on the disk is taken: the file is a hole.
            try #require(truncate(path, size) == 0)
            let client = try HTTPClient()
            let settings = VendorSettings(name: EngineName("openai"), credential: Credential("k"), address: vendor.address)
            let recognizer = VendorRecognizer(OpenAIPrerecordedClient.service, settings: settings, client: client, clock: .system)
            let before = Self.peak()
            let transcript = try? await recognizer.recognize(Recording(path: path), options: RecognitionOptions()) { _ in }
            withExtendedLifetime(folder) {}
            #expect(transcript?.text() == "long" && vendor.requests[0].byteCount > size)
            #expect(Self.peak() - before < 60 << 20)
        }
    }

    /// The most memory that this process has had, in bytes.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) << 10
    }

    @Test func `brings the vendor's own answer along for who wants it`() async throws {
        let said = #"{"metadata":{"duration":1.5},"results":{"channels":[{"alternatives":[{"transcript":"hi","words":[]}]}]}}"#
        let vendor = try LoopbackVendor { _, _ in .json(200, said) }
        defer { vendor.stop() }
        let path = try file([1])
        defer { unlink(path) }
        let wanted = try await recognize(
            "deepgram", at: vendor, Recording(path: path), options: RecognitionOptions(language: .english, keepsRaw: true))
        #expect(try wanted.get().raw == Array(said.utf8))
        #expect(try await recognize("deepgram", at: vendor, Recording(path: path)).get().raw == nil)
    }
}
