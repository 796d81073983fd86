import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

/// Who pays, on each route: the vendor's side says whose key came, and how often.
@Suite(.hangLimit) struct `The payment matrix` {
    /// The vendor key that the caller sends.
    enum BYOKCredential: String, CaseIterable { case none, right, rejected, otherVendor, notEnrolled }
    /// How much of the day's limit, and of the key's credit, is left.
    enum Rest: String, CaseIterable { case free, usedUp, reached }

    struct Cell: Sendable {
        var own: BYOKCredential
        var limit: Rest
        var credit: Rest

        static let all = BYOKCredential.allCases.flatMap { own in
            Rest.allCases.flatMap { limit in Rest.allCases.map { Cell(own: own, limit: limit, credit: $0) } }
        }

        /// All cells without a vendor key, and of the others as many as have each pair of two values.
        static let pairs = all.filter { cell in
            let places = [
                BYOKCredential.allCases.firstIndex(of: cell.own), Rest.allCases.firstIndex(of: cell.limit), Rest.allCases.firstIndex(of: cell.credit),
            ]
            return cell.own == .none || places.compactMap(\.self).reduce(0, +) % Rest.allCases.count == 0
        }

        /// The cells that are asked on a route: all in `make verify`, which sets `TESTS_WHOLE`. In the gate those that have one bound and no vendor key, and
        /// of the other `pairs` a third, in turn: each is asked on nine routes.
        static func asked(on route: String) -> [Cell] {
            guard !TestMatrices.areWhole else { return all }
            let place = `The payment matrix`.recognizing.firstIndex(of: route) ?? 0
            return pairs.enumerated().filter { $0.element.isSimple || $0.offset % 3 == place % 3 }.map(\.element)
        }

        /// Whether there is no vendor key, and no more than one bound.
        private var isSimple: Bool { own == .none && (limit == .free || credit == .free) }

        var name: String { "\(own.rawValue)-\(limit.rawValue)-\(credit.rawValue)" }
        /// The Harken key.
        var key: String { "key-\(name)" }
        /// Another Harken key of the same user, without limit and credit.
        var helper: String { "helper-\(name)" }
        var user: String { "user-\(name)" }

        var vendorKey: String {
            own == .rejected ? "\(CountingVendor.rejected)-\(name)" : "own-\(name)"
        }

        var header: HTTPHeaders {
            switch own {
            case .none: [:]
            case .right, .rejected, .notEnrolled: ["X-BYOK-Deepgram": vendorKey]
            case .otherVendor: ["X-BYOK-Soniox": vendorKey]
            }
        }

        /// Whether the operator's key is to reach the vendor.
        var isOperators: Bool { own == .none && limit != .usedUp && credit != .usedUp }
    }

    static let operatorKey = "operator-key"

    @Test func `names every route that may have speech recognized`() async throws {
        try await TestGateway.with { gateway in
            let asked = gateway.routes.filter { !$0.hasPrefix("GET ") && !$0.hasPrefix("DELETE ") }
            #expect(Set(asked) == Set(PaymentExpectation.all.keys))
        }
    }

    @Test func `has each pair of two values in the gate`() {
        for one in Cell.all {
            #expect(Cell.pairs.contains { $0.own == one.own && $0.limit == one.limit }, "\(one.name)")
            #expect(Cell.pairs.contains { $0.own == one.own && $0.credit == one.credit }, "\(one.name)")
            #expect(Cell.pairs.contains { $0.limit == one.limit && $0.credit == one.credit }, "\(one.name)")
        }
        // docs/developing.md says how many cells there are, for each of 27 routes.
        #expect(Cell.all.count == 45 && Cell.pairs.count == 21 && Self.recognizing.count == 27)
    }

    private static let recognizing = PaymentExpectation.all.filter { if case .nothing = $0.value.request { false } else { true } }.keys.sorted()

    @Test(arguments: recognizing)
    func `has the right key at the vendor`(route: String) async throws {
        let expectation = try #require(PaymentExpectation.all[route])
        try await withGateway { gateway, vendor in
            let database = try SQLiteDatabase(in: DataDirectory(creating: gateway.directory))
            let cells = Cell.asked(on: route)
            for cell in cells { try await prepare(cell, gateway, database) }
            let isRecognized = if case .order = expectation.request { false } else { true }
            // Last those that the operator pays for: until then, the operator's key reaches nobody.
            for cell in cells.filter({ !$0.isOperators }) + cells.filter(\.isOperators) {
                let before = vendor.shown
                let outcome = try await Asking(gateway: gateway, vendor: vendor, expectation: expectation, cell: cell).run()
                check(outcome, expectation, cell, route)
                let shown = vendor.shown
                // What a session left is recognized again later, with the key of that session.
                let new = shown.keys.filter { before[$0] == nil && $0 != Self.operatorKey }
                let isOwn = isRecognized && (cell.own == .right || cell.own == .rejected)
                #expect(new == (isOwn ? [cell.vendorKey] : []), "\(route) \(cell.name)")
                if cell.isOperators && isRecognized {
                    #expect(shown[Self.operatorKey] ?? 0 > before[Self.operatorKey] ?? 0, "\(route) \(cell.name)")
                } else {
                    #expect(shown[Self.operatorKey] == nil, "\(route) \(cell.name)")
                }
            }
            #expect(Cell.all.allSatisfy { vendor.shown[$0.key] == nil && vendor.shown[$0.helper] == nil })
            try await gateway.sessionsEnd()
        }
    }

    @Test(arguments: recognizing.filter { $0.hasPrefix("WebSocket") })
    func `ends a session whose key is revoked`(route: String) async throws {
        let expectation = try #require(PaymentExpectation.all[route])
        let keys = TestKeys(valid: ["right"], users: ["right": "somebody"])
        try await withGateway(keys: keys) { gateway, vendor in
            var asking = Asking(
                gateway: gateway, vendor: vendor, expectation: expectation, cell: Cell(own: .none, limit: .free, credit: .free), key: "right")
            asking.opened = { keys.revoke("right") }
            let outcome = try await asking.run()
            #expect(outcome == expectation.revoked, "\(route)")
        }
    }

    /// Every live route with the price of audio, and every fourth with that of an open stream; all in `make verify`.
    private static let budgets: [(String, String)] = {
        let live = recognizing.filter { $0.hasPrefix("WebSocket") }
        let connections = live.enumerated().filter { TestMatrices.areWhole || $0.offset % 4 == 0 }.map(\.element)
        return live.map { ($0, "") } + connections.map { ($0, "connection") }
    }()

    @Test(arguments: budgets)
    func `ends a session where its budget in dollars ends`(route: String, basis: String) async throws {
        let expectation = try #require(PaymentExpectation.all[route])
        // A fifth of a dollar each second, of audio or of the open stream. The live price alone: a recording of the same model costs a mite.
        let lines = ["nova-3", "flux-general-en", "flux-general-multi"].map {
            "deepgram \($0) live \(basis) 720 2025-01-01 x\ndeepgram \($0) 0.00001 2025-01-01 x\n"
        }
        let folder = TemporaryFolder()
        try Data(lines.joined().utf8).write(to: URL(filePath: folder.path(of: "prices")))
        let keys = TestKeys(valid: ["right"], users: ["right": "somebody"])
        let settings = ["HARKEN_USER_MONTH_USD": "0.1", "HARKEN_PRICES": folder.path(of: "prices")]
        try await withGateway(keys: keys, settings: settings) { gateway, vendor in
            var asking = Asking(
                gateway: gateway, vendor: vendor, expectation: expectation, cell: Cell(own: .none, limit: .free, credit: .free), key: "right")
            asking.opened = {}
            let first = try await asking.run()
            #expect(first == expectation.reached, "\(route)")
            try await gateway.sessionsEnd()
            // The vendor of the test opens no stream of Flux, so the first session cost nothing there.
            guard basis.isEmpty, route != "WebSocket /v2/listen" else { return }
            // The ledger has what the first one cost. Where that is less than the budget, because the protocol closes before the vendor has heard all, the
            // next one ends in the same way; else it does not begin.
            asking.cell.limit = .usedUp
            let second = try await asking.run()
            #expect(second == expectation.limit || second == expectation.reached, "\(route)")
        }
    }

    // MARK: Preparation

    private func withGateway(
        keys: TestKeys? = nil, settings more: [String: String] = [:], _ body: (TestGateway, CountingVendor) async throws -> Void
    ) async throws {
        let vendor = try CountingVendor()
        defer { vendor.stop() }
        let cells = Cell.all
        let users = Dictionary(uniqueKeysWithValues: cells.flatMap { [($0.key, $0.user), ($0.helper, $0.user)] })
        let credit = Dictionary(
            uniqueKeysWithValues: cells.filter { $0.credit != .free }.map { ($0.key, $0.credit == .usedUp ? Duration.zero : .seconds(1)) })
        let made = keys ?? TestKeys(valid: Array(users.keys), users: users, creditOf: credit)
        let settings = more.merging([
            "DEEPGRAM_API_KEY": Self.operatorKey, "DEEPGRAM_BASE_URL": vendor.address, "HARKEN_KEY_DAY_SECONDS": "100",
            // Nobody listens there.
            "SONIOX_BASE_URL": "http://127.0.0.1:9", "SONIOX_STREAMING_URL": "ws://127.0.0.1:9",
            "RATE_LIMIT_BOOST": "1000",
        ]) { first, _ in first }
        try await TestGateway.with(
            ScriptedEngine(), keys: made, settings: settings, usesVendors: true, now: { TestGateway.daytime }
        ) { gateway in
            await gateway.resumeJobs()
            try await body(gateway, vendor)
        }
    }

    /// Books what the key has used, and enrols what the user has.
    private func prepare(_ cell: Cell, _ gateway: TestGateway, _ database: SQLiteDatabase) async throws {
        if cell.limit != .free {
            var run = UsageRecord(
                id: ID("used-\(cell.name)"), user: ID(cell.user), key: ID(cell.key), engine: EngineName("deepgram"), workload: .realtime,
                kind: .recording, status: .succeeded, started: TestGateway.daytime)
            run.completed = TestGateway.daytime
            run.billable = cell.limit == .usedUp ? .seconds(100) : .milliseconds(99_500)
            try await SQLUsageStore(in: database).note(run)
        }
        if cell.own == .notEnrolled {
            try await gateway.store().set(
                ProviderKey(provider: EngineName("deepgram"), fingerprint: "00", created: TestGateway.time), of: ID(cell.user))
        }
    }

    private func check(_ outcome: PaymentExpectation.Outcome, _ expectation: PaymentExpectation, _ cell: Cell, _ route: String) {
        let isLive = if case .live = expectation.request { true } else { false }
        let isGood = outcome == .open || outcome == .status(200)
        switch cell.own {
        case .notEnrolled: #expect(outcome == expectation.notEnrolled, "\(route) \(cell.name)")
        case .otherVendor:
            // An order alone is not rejected before somebody is asked.
            if case .order(let order) = expectation.request, order == .upload || order == .file || order == .start { break }
            #expect(!isGood, "\(route) \(cell.name): \(outcome)")
        case .rejected:
            if case .order = expectation.request { break }
            #expect(!isGood, "\(route) \(cell.name): \(outcome)")
        case .right: #expect(isGood, "\(route) \(cell.name): \(outcome)")
        case .none where cell.credit == .usedUp: #expect(outcome == expectation.credit, "\(route) \(cell.name)")
        case .none where cell.limit == .usedUp: #expect(outcome == expectation.limit, "\(route) \(cell.name)")
        case .none where isLive && (cell.limit == .reached || cell.credit == .reached):
            #expect(outcome == expectation.reached, "\(route) \(cell.name)")
        case .none: #expect(isGood, "\(route) \(cell.name): \(outcome)")
        }
    }
}

/// One cell's request, from the first byte to its outcome.
private struct Asking {
    typealias Outcome = PaymentExpectation.Outcome

    let gateway: TestGateway
    let vendor: CountingVendor
    let expectation: PaymentExpectation
    var cell: `The payment matrix`.Cell
    var key: String?
    /// Called when the vendor has the session's stream.
    var opened: (() -> Void)?

    private var credential: String { key ?? cell.key }

    private var headers: HTTPHeaders {
        var headers = cell.header
        headers.set("Authorization", "Bearer " + credential)
        return headers
    }

    private var helper: HTTPHeaders { ["Authorization": "Bearer " + cell.helper] }

    func run() async throws -> Outcome {
        switch expectation.request {
        case .nothing: .open
        case .order(let order), .recording(let order): try await self.order(order)
        case .live(let target, let opening, let rate, let audio): try await live(target, opening, rate, audio)
        }
    }

    // MARK: Live

    private func live(_ target: String, _ opening: String?, _ rate: Int, _ audio: PaymentExpectation.Audio) async throws -> Outcome {
        let heard = vendor.shown
        let socket: TestSocket
        do {
            socket = try await gateway.connect(target, headers: headers, opening: opening?.replacing("CREDENTIAL", with: credential))
        } catch WebSocketConnectError.rejected(let head, _) {
            return .status(head.status.code)
        }
        // Two seconds.
        let piece = [UInt8](repeating: 0, count: rate / 5)
        for _ in 0..<20 {
            switch audio {
            case .binary: socket.send(binary: piece)
            case .realtime:
                socket.send(text: #"{"type":"input_audio_buffer.append","audio":"\#(Data(piece).base64EncodedString())"}"#)
            }
        }
        let staysOpen =
            cell.own == .right || cell.own == .none && cell.limit == .free && cell.credit == .free
        if staysOpen {
            let wanted = cell.own == .right ? cell.vendorKey : `The payment matrix`.operatorKey
            try await until { (vendor.shown[wanted] ?? 0) > (heard[wanted] ?? 0) }
            // One stream for one session.
            if heard.isEmpty { #expect(vendor.shown[wanted] == 1) }
            if let opened { opened() } else { socket.close() }
        }
        let events = await socket.rest()
        guard case .closed(let code, _)? = events.last else { return .open }
        return code == 1000 ? .open : .closed(Int(code))
    }

    // MARK: Recordings

    private func order(_ order: PaymentExpectation.Order) async throws -> Outcome {
        switch order {
        case .listen:
            var headers = headers
            headers.set("Content-Type", "audio/wav")
            return .status(try await gateway.send(.post, "/v1/listen", headers: headers, body: [1, 2, 3, 4]).status)
        case .transcription:
            var headers = headers
            headers.set("Content-Type", "multipart/form-data; boundary=b")
            let form =
                "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\naudio\r\n--b--\r\n"
            return .status(try await gateway.send(.post, "/v1/audio/transcriptions", headers: headers, body: Array(form.utf8)).status)
        case .upload: return .status(try await gateway.send(.post, "/v2/upload", headers: headers, body: [1, 2, 3, 4]).status)
        case .transcript: return try await transcript()
        case .file:
            let status = try await gateway.sendFile(headers: headers).status
            return .status(status == 201 ? 200 : status)
        case .fileTranscription:
            let file = try await gateway.uploadFile(headers: helper)
            let order = try await gateway.orderTranscription(#""model":"stt-async-v5","file_id":"\#(file)""#, headers: headers)
            guard order.status == 201, let id = order.string("id") else { return .status(order.status) }
            return .status(try await gateway.transcription(id, headers: helper).string("status") == "completed" ? 200 : 500)
        case .start:
            return .status(try await gateway.desktop(.post, "background-conversation/start", headers: headers, body: Array("{}".utf8)).status)
        case .chunk:
            let id = try await gateway.startRecording(key: cell.helper)
            return .status(try await gateway.sendChunk("1", at: 0, of: id, seconds: 1, headers: headers).status)
        case .files:
            let files = [(name: OfflineFiles.name(at: 1_710_000_000), bytes: OfflineFiles.frames(seconds: 1))]
            let state = try await gateway.synchronize(files, key: credential, headers: cell.header)
            return outcome(of: state)
        case .job:
            let accepted = try await gateway.api(.post, "/api/v1/jobs?name=talk.wav", headers: headers, body: "\u{1}\u{2}\u{3}\u{4}")
            guard accepted.status == 202, let id = accepted.string("job_id") else { return .status(accepted.status) }
            return try await untilSome {
                let state = try await gateway.api(.get, "/api/v1/jobs/" + id, headers: helper)
                return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : outcome(of: state)
            }
        case .postprocess:
            let conversation = try await gateway.keepConversation(of: cell.user)
            let accepted = try await gateway.api(.post, "/api/v1/conversations/\(conversation)/postprocess", headers: headers)
            guard accepted.status == 202, let id = accepted.string("job_id") else { return .status(accepted.status) }
            return try await untilSome {
                let state = try await gateway.api(.get, "/api/v1/jobs/" + id, headers: helper)
                return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : outcome(of: state)
            }
        }
    }

    private func outcome(of job: TestGateway.Answer) -> Outcome {
        guard job.status == 200 else { return .status(job.status) }
        // A limit that is reached between two recordings of a job leaves the rest undone.
        let isPartial = job.string("status") == "failed" && cell.limit == .reached && cell.own == .none
        return .status(job.string("status") == "completed" || isPartial ? 200 : 500)
    }

    private func transcript() async throws -> Outcome {
        let upload = try JSONValue(parsing: Array(try await gateway.send(.post, "/v2/upload", headers: helper, body: [1, 2, 3, 4]).text.utf8))
        guard case .string(let url)? = upload["upload_url"] else { return .status(500) }
        let order = try await gateway.send(.post, "/v2/transcript", headers: headers, body: Array(#"{"audio_url":"\#(url)"}"#.utf8))
        guard order.status == 200, case .string(let id)? = try JSONValue(parsing: Array(order.text.utf8))["id"] else { return .status(order.status) }
        return try await untilSome {
            let text = try await gateway.send(.get, "/v2/transcript/" + id, headers: helper).text
            if text.contains(#""status":"completed""#) { return .status(200) }
            return text.contains(#""status":"error""#) ? .status(500) : nil
        }
    }
}

extension TestGateway {
    /// A finished conversation with a file of audio; returns its id.
    fileprivate func keepConversation(of user: String) async throws -> String {
        let store = try store()
        let id = "conversation-\(user)"
        let now = TestGateway.time
        let segment = Segment(id: ID("segment-\(user)"), text: "Hello.", start: .zero, end: .seconds(1), words: [], speaker: SpeakerNumber(0))
        _ = try await store.begin(
            Conversation(id: ID(id), user: ID(user), status: .completed, source: "test", started: now, finished: now, segments: [segment]))
        let file = "\(UUID().uuidString).opus"
        try FileManager.default.createDirectory(atPath: directory + "/audio", withIntermediateDirectories: true)
        try Data("OggS".utf8).write(to: URL(filePath: directory + "/audio/" + file))
        _ = try await store.add(StoredAudio(file: file, start: .zero, duration: .seconds(1), byteCount: 4, created: now), to: ID(id), of: ID(user))
        return id
    }
}
