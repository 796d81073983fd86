import Foundation
import Framing
import HarkenTesting
import Net
import Protocols
import Speech
import Synchronization
import Testing

@testable import Vendors

/// Vendors that take an order, lose connections, and count what is ordered of them.
@Suite(.hangLimit) struct `What a vendor has taken` {
    private let folder = TemporaryFolder()

    /// A vendor that polls are asked of, with one job.
    private final class Counted: Sendable {
        struct State {
            var orders = 0
            var polls = 0
            var deleted: [String] = []
            /// In the body of the order.
            var reference = ""
        }

        /// How the lines of orders begin.
        static let orders = [
            "POST /v2/transcript", "POST /transcriptions", "POST /jobs", "POST /v1/listen", "POST /audio/transcriptions",
        ]

        let state = Mutex(State())
        var orders: Int { state.withLock { $0.orders } }

        /// What it answers to the order.
        let order: LoopbackVendor.Answer?
        /// What it answers to a question, after so many before; nil: that it is done.
        let poll: @Sendable (Int) -> LoopbackVendor.Answer?

        init(order: LoopbackVendor.Answer? = nil, poll: @escaping @Sendable (Int) -> LoopbackVendor.Answer?) {
            self.order = order
            self.poll = poll
        }

        func answer(_ request: LoopbackVendor.Request) -> LoopbackVendor.Answer {
            switch request.line {
            case "POST /v2/upload": return .json(200, #"{"upload_url":"https://cdn/1"}"#)
            case "POST /files": return .json(201, #"{"id":"f1"}"#)
            case let line where Self.orders.contains { line.hasPrefix($0) }:
                state.withLock { state in
                    state.orders += 1
                    state.reference = request.head.firstMatch(of: /"reference":"([^"]+)"/).map { String($0.1) } ?? ""
                }
                // The members of all vendors: those that poll are told a name, the others the words.
                return order
                    ?? .json(
                        201,
                        #"{"id":"t1","status":"queued","text":"","results":{"channels":[{"alternatives":[{"transcript":"","words":[]}]}]}}"#)
            case "GET /v2/transcript?limit=200":
                return .json(200, orders > 0 ? #"{"transcripts":[{"id":"t0","audio_url":"x"},{"id":"t1","audio_url":"https://cdn/1"}]}"# : "{}")
            case "GET /transcriptions?limit=1000":
                return .json(200, #"{"transcriptions":[{"id":"t0","file_id":"f0"}],"next_page_cursor":"n+1"}"#)
            case "GET /transcriptions?limit=1000&cursor=n%2B1":
                return .json(200, orders > 0 ? #"{"transcriptions":[{"id":"t1","file_id":"f1"}]}"# : "{}")
            case "GET /jobs?limit=100":
                let reference = state.withLock { $0.reference }
                return .json(200, #"{"jobs":[{"id":"t0"},{"id":"t1","config":{"tracking":{"reference":"\#(reference)"}}}]}"#)
            case "GET /v2/transcript/t1", "GET /transcriptions/t1", "GET /jobs/t1?wait=0":
                let before = state.withLock { state in
                    state.polls += 1
                    return state.polls - 1
                }
                return poll(before) ?? .json(200, #"{"status":"completed","words":[],"job":{"status":"done"}}"#)
            case "GET /transcriptions/t1/transcript": return .json(200, #"{"tokens":[]}"#)
            case "GET /jobs/t1/transcript?format=json-v2": return .json(200, #"{"results":[]}"#)
            case let line where line.hasPrefix("DELETE"):
                state.withLock { $0.deleted.append(line) }
                return .json(204, "")
            case _: return .json(404, "{}")
            }
        }
    }

    /// With a clock that does not wait.
    private func clock() -> RecognizerClock {
        let box = Shared(), start = Instant.now
        return RecognizerClock(
            now: { start + box.passed.withLock { $0 } },
            sleep: { duration in
                try Task.checkCancellation()
                box.passed.withLock { $0 += duration }
            }, random: { .max })
    }

    private final class Shared: Sendable {
        let passed = Mutex(Duration.zero)
    }

    private func recogniser(
        _ name: String, at address: String, key: String = "k-secret", limit: Duration = .seconds(60), client: HTTPClient,
        unfinished: UnfinishedRecordings
    ) throws -> VendorRecognizer {
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == name }?.prerecorded)
        let settings = VendorSettings(
            name: EngineName(name), credential: Credential(key), address: address, pollInterval: .seconds(3), timeLimit: limit)
        return VendorRecognizer(service, settings: settings, client: client, clock: clock(), unfinished: unfinished)
    }

    private func recording(_ name: String, digest: String? = "d1") throws -> Recording {
        var recording = Recording(path: try folder.write([1, 2, 3], as: name))
        recording.digest = digest
        return recording
    }

    private func label(_ recogniser: VendorRecognizer, _ recording: Recording) async -> String? {
        do throws(EngineError) {
            _ = try await recogniser.recognize(recording, options: RecognitionOptions(language: .english)) { _ in }
            return nil
        } catch {
            return error.label
        }
    }

    private static let vendors = ["assemblyai", "soniox", "speechmatics"]

    @Test(arguments: vendors, [LoopbackVendor.Answer.cut, .json(500, "{}"), .json(429, "{}", ["Retry-After": "70"]), .json(504, "{}")])
    func `is asked for until the time limit, however often the connection breaks`(name: String, broken: LoopbackVendor.Answer) async throws {
        // More often than any other request is tried.
        let counted = Counted { $0 < 8 ? broken : nil }
        let vendor = try LoopbackVendor { request, _ in counted.answer(request) }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let recogniser = try recogniser(name, at: vendor.address, limit: .seconds(900), client: client, unfinished: UnfinishedRecordings())
        #expect(await label(recogniser, try recording("a")) == nil, "\(vendor.lines)")
        #expect(counted.orders == 1)
        #expect(counted.state.withLock { $0.polls } == 9)
    }

    @Test(arguments: vendors) func `is asked for by its name when the same recording comes again`(name: String) async throws {
        let switches = Switch()
        let counted = Counted { _ in switches.isOn.withLock { $0 } ? nil : .json(500, "{}") }
        let vendor = try LoopbackVendor { request, _ in counted.answer(request) }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let unfinished = UnfinishedRecordings()
        let first = try recogniser(name, at: vendor.address, client: client, unfinished: unfinished)
        #expect(await label(first, try recording("a")) == "unavailable")
        #expect(counted.orders == 1)
        // Nothing that is still wanted is taken away.
        #expect(counted.state.withLock { $0.deleted }.isEmpty)
        // Another key is another account, and other audio is other work.
        let other = try recogniser(name, at: vendor.address, key: "k-other", client: client, unfinished: unfinished)
        #expect(await label(other, try recording("a")) == "unavailable")
        #expect(await label(first, try recording("b", digest: "d2")) == "unavailable")
        #expect(counted.orders == 3)
        switches.isOn.withLock { $0 = true }
        // Another recogniser and another file, as a chunk has that is sent again.
        let again = try recogniser(name, at: vendor.address, client: client, unfinished: unfinished)
        #expect(await label(again, try recording("c")) == nil, "\(vendor.lines)")
        #expect(counted.orders == 3)
        #expect(vendor.lines.count { $0 == "POST /v2/upload" || $0 == "POST /files" } == (name == "speechmatics" ? 0 : 3))
        #expect(counted.state.withLock { $0.deleted }.isEmpty == (name == "assemblyai"))
    }

    private final class Switch: Sendable {
        let isOn = Mutex(false)
    }

    @Test(arguments: vendors, [LoopbackVendor.Answer.cut, .json(500, "{}")])
    func `is looked for when the answer to the order was lost`(name: String, lost: LoopbackVendor.Answer) async throws {
        let counted = Counted(order: lost) { _ in nil }
        let vendor = try LoopbackVendor { request, _ in counted.answer(request) }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let recogniser = try recogniser(name, at: vendor.address, client: client, unfinished: UnfinishedRecordings())
        #expect(await label(recogniser, try recording("a")) == nil, "\(vendor.lines)")
        #expect(counted.orders == 1)
    }

    @Test(arguments: vendors + ["deepgram", "openai"], BreakingVendor.Moment.allCases)
    func `is ordered once when the connection breaks that an earlier request left open`(name: String, moment: BreakingVendor.Moment) async throws {
        let counted = Counted { _ in nil }, switches = Switch()
        let isOrder = { @Sendable (line: String) in Counted.orders.contains { line.hasPrefix($0) } }
        let vendor = try BreakingVendor(breaking: { line in isOrder(line) && switches.isOn.withLock { $0 } ? moment : nil }, counted.answer)
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let recogniser = try recogniser(name, at: vendor.address, client: client, unfinished: UnfinishedRecordings())
        #expect(await label(recogniser, try recording("a")) == nil, "\(vendor.lines)")
        switches.isOn.withLock { $0 = true }
        _ = await label(recogniser, try recording("b", digest: "d2"))
        #expect(vendor.lines.count(where: isOrder) == 2, "\(vendor.lines)")
    }

    @Test(arguments: ["deepgram", "openai"]) func `is said to be lost where nothing can be asked for`(name: String) async throws {
        let vendor = try LoopbackVendor { _, _ in .cut }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let recogniser = try recogniser(name, at: vendor.address, client: client, unfinished: UnfinishedRecordings())
        let told = Mutex<[RecognitionProgress]>([])
        let recording = try recording("a")
        await #expect(throws: EngineError.timedOut("\(name) may have accepted the recording, but its answer was lost.")) {
            _ = try await recogniser.recognize(recording, options: RecognitionOptions(language: .english)) { step in told.withLock { $0.append(step) }
            }
        }
        #expect(vendor.lines.count == 1)
        #expect(told.withLock { $0 } == [.answerLost])
    }

    @Test(arguments: vendors) func `is kept for a client that left and may send its recording again`(name: String) async throws {
        let switches = Switch()
        let counted = Counted { _ in switches.isOn.withLock { $0 } ? nil : .silence }
        let vendor = try LoopbackVendor { request, _ in counted.answer(request) }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let unfinished = UnfinishedRecordings()
        let recogniser = try recogniser(name, at: vendor.address, client: client, unfinished: unfinished)
        let recording = try recording("a")
        let task = Task { await label(recogniser, recording) }
        try await until { counted.state.withLock { $0.polls } > 0 }
        task.cancel()
        #expect(await task.value == "cancelled")
        switches.isOn.withLock { $0 = true }
        #expect(await label(recogniser, try self.recording("b")) == nil, "\(vendor.lines)")
        #expect(counted.orders == 1)
    }

    @Test(arguments: [("soniox", 2), ("speechmatics", 1)]) func `is taken away when nobody comes for it`(name: String, count: Int) async throws {
        let counted = Counted { _ in .json(500, "{}") }
        let vendor = try LoopbackVendor { request, _ in counted.answer(request) }
        defer { vendor.stop() }
        let client = try HTTPClient()
        defer { client.shutdown() }
        let unfinished = UnfinishedRecordings(keepTime: .milliseconds(50))
        let recogniser = try recogniser(name, at: vendor.address, client: client, unfinished: unfinished)
        #expect(await label(recogniser, try recording("a")) == "unavailable")
        try await until { counted.state.withLock { $0.deleted.count } == count }
        // Then it is ordered anew.
        #expect(await label(recogniser, try recording("b")) == "unavailable")
        #expect(counted.orders == 2)
    }
}
