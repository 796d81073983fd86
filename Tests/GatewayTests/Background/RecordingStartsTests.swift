import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Store
import Testing

/// Ways in × starts: what each way in makes of each time that a client may say.
@Suite(.hangLimit, .needs(MadeMedia.isPossible, "ffmpeg is not installed")) struct `A recording of each way in` {
    /// The ways in which a client's recording becomes a conversation.
    enum Way: String, CaseIterable {
        case chunks, chunksByNumber, chosenChunks, firstChunk, fileByField, fileByQuery, fileByName, importByField, importByQuery, importByDate,
            importByFile,
            archive, live, liveInBrowser
    }

    /// What a client says about the beginning.
    enum Start: String, CaseIterable {
        case absent, empty, dayBefore, withOffset, withEscapedOffset, seconds, secondsWithFraction, milliseconds, almostTenYears, tenYears,
            littleAhead
        case anHourAhead, farAhead, elevenYears, year1970, dayAlone, withoutOffset, nonsense
    }

    private enum Expectation: Equatable {
        case begins(UnixTime)
        /// The recording ends when it comes.
        case ends
        case refused
    }

    private enum Outcome {
        case conversation(started: UnixTime, finished: UnixTime)
        case refused(String)
    }

    /// A cell of the table.
    private struct Cell {
        let way: Way
        let start: Start
        /// The time by the gateway's clock before the recording is sent.
        let now: UnixTime

        private static let day: Duration = .seconds(86_400)

        /// The moment that the client means; nil when it means none.
        private var moment: UnixTime? {
            switch start {
            case .absent, .empty, .dayAlone, .withoutOffset, .nonsense: nil
            case .dayBefore, .withOffset, .withEscapedOffset, .milliseconds: now + .milliseconds(-86_400_123)
            case .seconds: UnixTime(milliseconds: (now.milliseconds / 1_000 - 90_000) * 1_000)
            case .secondsWithFraction: UnixTime(milliseconds: (now.milliseconds / 1_000 - 90_000) * 1_000 + 500)
            case .almostTenYears: now + Self.day * -3_640
            case .tenYears: UnixTime(rfc3339: "\(Int(now.rfc3339.prefix(4)).map { $0 - 10 } ?? 0)\(now.rfc3339.dropFirst(4))")
            case .littleAhead: now + .seconds(60)
            case .anHourAhead: now + .seconds(3_600)
            case .farAhead: UnixTime(milliseconds: 4_102_444_800_000)
            case .elevenYears: now + Self.day * -4_020
            case .year1970: UnixTime(milliseconds: 0)
            }
        }

        /// The value of `started_at`; nil: the client says nothing.
        var text: String? {
            switch start {
            case .absent: nil
            case .empty: ""
            case .dayAlone: "2025-06-01"
            case .withoutOffset: "2025-06-01T12:00:00"
            case .nonsense: "soon"
            case .withOffset, .withEscapedOffset: moment.map { ($0 + .seconds(19_800)).rfc3339.dropLast() + "+05:30" }
            case .seconds, .year1970: moment.map { "\($0.milliseconds / 1_000)" }
            case .secondsWithFraction: moment.map { "\($0.milliseconds / 1_000).5" }
            case .milliseconds: moment.map { "\($0.milliseconds)" }
            case .dayBefore, .almostTenYears, .tenYears, .littleAhead, .anHourAhead, .farAhead, .elevenYears: moment?.rfc3339
            }
        }

        /// The value in a query. Some clients do not escape the plus sign of an offset.
        var queryText: String? {
            text.map { start == .withOffset ? $0.replacing(":", with: "%3A") : PercentCoding.encode($0) }
        }

        /// The number in the name of a file, which counts seconds; nil: the name has no time.
        var second: Int? { moment.map { Int($0.milliseconds / 1_000) }.flatMap { $0 >= 1_000_000_000 ? $0 : nil } }

        /// Length of the recording, where that is known before it is recognized.
        var length: Duration {
            switch way {
            case .chunks, .chunksByNumber, .chosenChunks, .firstChunk: .seconds(15)
            case .fileByField, .fileByQuery, .fileByName: .seconds(3)
            // The engine hears as much of every recording.
            case .importByField, .importByQuery, .importByDate, .importByFile: .seconds(15)
            case .archive, .live, .liveInBrowser: .zero
            }
        }

        var expectation: Expectation {
            if way == .fileByName {
                // Times of a name that cannot be one are not there.
                guard let second else { return .ends }
                switch start {
                case .anHourAhead, .farAhead, .elevenYears: return .refused
                case .littleAhead: return .ends
                case _: return .begins(UnixTime(milliseconds: Int64(second) * 1_000))
                }
            }
            // The time in the file itself, in seconds; one that cannot be is left out.
            if way == .importByFile {
                switch start {
                case .dayBefore, .withOffset, .withEscapedOffset, .seconds, .secondsWithFraction, .milliseconds, .almostTenYears, .tenYears:
                    return second.map { .begins(UnixTime(milliseconds: Int64($0) * 1_000)) } ?? .refused
                case .absent, .empty, .littleAhead, .anHourAhead, .farAhead, .elevenYears, .year1970, .dayAlone, .withoutOffset, .nonsense:
                    return .ends
                }
            }
            // The file's date, which the page and the command line send, is the recording's end, and one that cannot be is left out.
            if way == .importByDate {
                switch start {
                case .dayBefore, .withOffset, .withEscapedOffset, .seconds, .secondsWithFraction, .milliseconds, .almostTenYears, .tenYears:
                    return moment.map { .begins($0 + (.zero - length)) } ?? .refused
                case .absent, .empty, .littleAhead, .anHourAhead, .farAhead, .elevenYears, .year1970, .dayAlone, .withoutOffset, .nonsense:
                    return .ends
                }
            }
            // The user's own clocks are known: people write a time without an offset.
            if start == .withoutOffset, way == .importByField || way == .importByQuery {
                return UnixTime(rfc3339: "2025-06-01T12:00:00Z").map { .begins($0) } ?? .refused
            }
            switch start {
            // A conversation of an archive always has a time.
            case .absent, .empty: return way == .archive ? .refused : .ends
            case .littleAhead: return .ends
            case .anHourAhead, .farAhead, .elevenYears, .year1970, .dayAlone, .withoutOffset, .nonsense: return .refused
            case .dayBefore, .withOffset, .withEscapedOffset, .seconds, .secondsWithFraction, .milliseconds, .almostTenYears, .tenYears:
                return moment.map { .begins($0) } ?? .refused
            }
        }

        /// Distinguishes the audio of the cells.
        var number: Int { Start.allCases.firstIndex(of: start) ?? 0 }
    }

    @Test(arguments: Way.allCases) func `begins when the client says, or is refused with the reason`(way: Way) async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.")] }
        try await TestGateway.with(
            // In the gate no audio is kept: to encode it takes more than all the rest.
            ScriptedEngine(), keys: TestKeys(valid: []), settings: TestMatrices.areWhole ? [:] : ["HARKEN_AUDIO_DAYS": "0"], recorded: [engine],
            // Imports are heard in the order of the engines.
            change: { if [.importByField, .importByQuery, .importByDate, .importByFile].contains(way) { $0.engines = [engine.name] } },
            now: { TestGateway.daytime }
        ) { gateway in
            await gateway.resumeJobs()
            for start in Start.allCases {
                let cell = Cell(way: way, start: start, now: TestGateway.daytime)
                let outcome = try await send(cell, to: gateway), after = TestGateway.daytime
                let name = "\(way) \(start) \(cell.text ?? "")"
                switch (outcome, cell.expectation) {
                case (.conversation(let started, let finished), .begins(let time)):
                    // A live conversation begins with its first word.
                    let latest = way == .live || way == .liveInBrowser ? time + .seconds(3) : time
                    #expect(started >= time && started <= latest, "\(name): \(started.rfc3339)")
                    #expect(finished >= started && finished <= after, "\(name): \(finished.rfc3339)")
                case (.conversation(let started, let finished), .ends):
                    #expect(started >= cell.now + (.zero - cell.length) && started <= after + (.zero - cell.length), "\(name): \(started.rfc3339)")
                    #expect(finished >= started && finished <= after, "\(name): \(finished.rfc3339)")
                case (.refused(let reason), .refused):
                    let words = ["is in the future", "starts in the future", "more than ten years ago", "takes a time", "lacks its"]
                    #expect(words.contains { reason.contains($0) }, "\(name): \(reason)")
                case (.conversation, .refused), (.refused, _): Issue.record("\(name): \(outcome), not \(cell.expectation)")
                }
            }
        }
    }

    private func send(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        switch cell.way {
        case .chunks, .chunksByNumber, .chosenChunks, .firstChunk: try await sendChunk(cell, to: gateway)
        case .fileByField, .fileByQuery, .fileByName: try await sendFile(cell, to: gateway)
        case .importByField, .importByQuery, .importByDate: try await importRecording(cell, to: gateway)
        case .importByFile: try await importFilm(cell, to: gateway)
        case .archive: try await importConversation(cell, to: gateway)
        case .live, .liveInBrowser: try await speak(cell, to: gateway)
        }
    }

    private func sendChunk(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        var members = [#""language":"en""#]
        if cell.way == .chosenChunks { members.append(#""client_conversation_id":"\#(UUID().uuidString)""#) }
        if cell.way != .firstChunk, let text = cell.text {
            let isNumber = cell.way == .chunksByNumber && Double(text) != nil
            members.append(#""started_at":"# + (isNumber ? text : "\"\(text)\""))
        }
        let begun = try await gateway.desktop(.post, "background-conversation/start", body: Array("{\(members.joined(separator: ","))}".utf8))
        guard begun.status == 200, let id = begun.string("conversation_id") else { return refusal(begun) }
        let query = cell.way == .firstChunk ? cell.queryText.map { "&started_at=" + $0 } : nil
        let chunk = try await gateway.sendChunk("a", at: 0, of: id, more: query ?? "")
        guard chunk.status == 200 else { return refusal(chunk) }
        #expect(try await gateway.finishRecording(id).status == 200)
        return try await outcome(id, of: gateway)
    }

    private func sendFile(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        // Another time in the name does not count when the request says one.
        let second = cell.way == .fileByName ? cell.second : cell.text.flatMap { $0.isEmpty ? nil : 1_700_000_000 }
        let name = second.map { OfflineFiles.name(at: $0) } ?? "audio_omi_pcm16_16000_1_fs160.bin"
        let sample = Int16(100 * cell.number + (Way.allCases.firstIndex(of: cell.way) ?? 0))
        let file = (name: name, bytes: OfflineFiles.frames(seconds: 3, sample: sample))
        let state: TestGateway.Answer
        switch (cell.way, cell.text) {
        case (.fileByQuery, _?): state = try await gateway.synchronize([file], query: "?started_at=" + (cell.queryText ?? ""))
        case (.fileByField, let text?): state = try await gateway.synchronize([file], fields: [("started_at", text)])
        case _: state = try await gateway.synchronize([file])
        }
        guard let id = state.string("conversation_id") else { return refusal(state) }
        return try await outcome(id, of: gateway)
    }

    private func refusal(_ answer: TestGateway.Answer) -> Outcome {
        #expect(answer.status == 422 && answer.string("code") == "bad_started_at", "\(answer.status) \(answer.text)")
        return .refused(answer.string("detail") ?? answer.text)
    }

    private func importRecording(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        let zone = cell.start == .withoutOffset ? [(name: "time_zone", value: "UTC")] : [], file = RecordingFile.tone(seconds: 1 + cell.number)
        let accepted: TestGateway.Answer
        if cell.way != .importByQuery {
            let name = cell.way == .importByDate ? "modified" : "started_at"
            let fields = zone + (cell.text.map { [(name: name, value: $0)] } ?? [])
            accepted = try await gateway.importing(file, name: "\(cell.start).wav", fields: fields)
        } else {
            let query = zone.map { $0.name + "=" + $0.value } + (cell.queryText.map { ["started_at=" + $0] } ?? [])
            accepted = try await gateway.importing(file, name: "\(cell.start).wav", query: query.joined(separator: "&"))
        }
        guard accepted.status == 202 else {
            #expect(accepted.status == 400 && accepted.text.contains("started_at "), "\(accepted.status) \(accepted.text)")
            return .refused(accepted.text)
        }
        let state = try await gateway.importEnds(accepted.text)
        guard let id = state.string("conversation_id") else { return .refused(state.text) }
        return try await outcome(id, of: gateway)
    }

    /// Imports an M4A file with a time of its own, and the date of another day.
    private func importFilm(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        let folder = TemporaryFolder(), path = folder.path(of: "memo.m4a")
        try MadeMedia.make(["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=1", "-c:a", "aac"], to: path)
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        // The box has its version and flags, and then the seconds since 1904. None is a file without a time.
        let box = try #require(bytes.indices.first { bytes[$0...].starts(with: "mvhd".utf8) })
        let seconds = cell.second.map { UInt32(clamping: $0 + 2_082_844_800) } ?? (cell.start == .year1970 ? 2_082_844_800 : 0)
        withUnsafeBytes(of: seconds.bigEndian) { bytes.replaceSubrange(box + 8..<box + 12, with: $0) }
        // Starts that the file cannot tell are further files.
        bytes += [0, 0, 0, 9] + Array("free".utf8) + [UInt8(cell.number)]
        let date = cell.expectation == .ends ? [] : [(name: "modified", value: (cell.now + .seconds(-3_600)).rfc3339)]
        let accepted = try await gateway.importing(bytes, name: "memo.m4a", fields: date)
        guard accepted.status == 202 else { return .refused(accepted.text) }
        let state = try await gateway.importEnds(accepted.text)
        guard let id = state.string("conversation_id") else { return .refused(state.text) }
        return try await outcome(id, of: gateway)
    }

    private func importConversation(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        let id = "imported-\(cell.start)", started = cell.text.map { #""started_at":"\#($0)","# } ?? ""
        let document = ArchivedFile(
            "conversations/1.json",
            """
            {"id":"\(id)","status":"completed","source":"test",\(started)"finished_at":"2300-01-01T00:00:00Z","segments":\
            [{"id":"s-\(id)","text":"harbour","start":0,"end":1,"words":[],"stored":{"speaker":0}}],"audio":[],"stored":{}}
            """)
        let imported = try await gateway.importFiles([.head, document])
        guard imported.count("conversations") == [1, 0] else { return .refused(imported.text) }
        return try await outcome(id, of: gateway)
    }

    private func speak(_ cell: Cell, to gateway: TestGateway) async throws -> Outcome {
        let query = "?language=en&sample_rate=16000&codec=pcm16&source=desktop&vad_gate=disabled" + (cell.queryText.map { "&started_at=" + $0 } ?? "")
        let socket =
            if cell.way == .live { try await gateway.connect("/v4/listen" + query) } else {
                try await gateway.connect("/v4/web/listen" + query, opening: #"{"type":"auth","token":"any"}"#)
            }
        guard cell.expectation != .refused else {
            guard case .closed(1_008, let reason)? = await socket.rest().last, reason.hasPrefix("started_at ") else { return .refused("no reason") }
            return .refused(reason)
        }
        guard let begun = await socket.next(where: { $0.contains("conversation_session") }),
            case .string(let id)? = try JSONValue(parsing: Array(begun.utf8))["conversation_id"]
        else { return .refused("no conversation") }
        for _ in 0..<3 { socket.send(binary: (0..<16_000).flatMap { _ in [UInt8(64), UInt8(31)] }) }
        #expect(await socket.next { $0.contains("w3") } != nil)
        socket.send(text: #"{"type":"finish"}"#)
        #expect(await socket.next { $0.contains("memory_created") } != nil)
        socket.close()
        return try await outcome(id, of: gateway)
    }

    /// The times of a conversation, as the API, the list and the export have them.
    private func outcome(_ id: String, of gateway: TestGateway) async throws -> Outcome {
        let conversation = try await gateway.conversation(id)
        let started = try #require(conversation.string("started_at").flatMap { UnixTime(rfc3339: $0) }, "\(conversation.text)")
        let finished = try #require(conversation.string("finished_at").flatMap { UnixTime(rfc3339: $0) })
        let listed = try await gateway.api(
            .get, "/api/v1/conversations?from=\(started.rfc3339)&to=\((started + .milliseconds(1)).rfc3339)")
        #expect(listed.text.contains(id), "\(id): \(listed.text)")
        return .conversation(started: started, finished: finished)
    }
}

@Suite(.hangLimit) struct `A recording that is delivered a day later` {
    @Test func `has its own time in the webhook, the export, and as Markdown`() async throws {
        let receiver = WebhookReceiver(), server = try LoopbackServer(receiver)
        defer { server.stop() }
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.")] }
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], change: { $0.webhookPromise.schedule.waits = [.milliseconds(20)] },
            now: { TestGateway.daytime }
        ) { gateway in
            let chosen = try await gateway.api(
                .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json"],
                body: #"{"webhook_conversation":"\#(server.address)/hook"}"#)
            #expect(chosen.status == 200, "\(chosen.text)")
            let started = TestGateway.daytime + .seconds(-86_400)
            let begun = try await gateway.desktop(
                .post, "background-conversation/start", body: Array(#"{"language":"en","started_at":"\#(started.rfc3339)"}"#.utf8))
            let id = try #require(begun.string("conversation_id"))
            for (name, start) in [("a", 0), ("b", 3_600_000)] { #expect(try await gateway.sendChunk(name, at: start, of: id).status == 200) }
            let finished = (started + .seconds(3_615)).rfc3339
            let done = try await gateway.finishRecording(id)
            #expect(done.string("started_at") == started.rfc3339 && done.string("finished_at") == finished, "\(done.text)")
            try await until { receiver.requests.count == 1 }
            let told = try #require(receiver.requests.first)
            #expect(told.json["started_at"] == .string(started.rfc3339) && told.json["finished_at"] == .string(finished), "\(told.body)")
            let exported = try ArchivedFile.files(of: await gateway.exported(query: "")).first { $0.name.hasSuffix("conversations/1.json") }
            let document = try JSONValue(parsing: try #require(exported).content)
            #expect(document["started_at"] == .string(started.rfc3339) && document["finished_at"] == .string(finished))
            let day = try await gateway.api(.get, "/api/v1/conversations/\(id)/export?format=markdown").text
            #expect(day.contains(String(started.rfc3339.prefix(10))), "\(day)")
        }
    }

    @Test func `begins no later than its sound came, when nobody says when it began`() async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.")] }
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], now: { TestGateway.daytime }) { gateway in
            let before = TestGateway.daytime, id = try await gateway.startRecording()
            // An hour of sound comes at once, the end of it first.
            for (name, start) in [("b", 3_585_000), ("a", 0)] { #expect(try await gateway.sendChunk(name, at: start, of: id).status == 200) }
            let done = try await gateway.finishRecording(id), after = TestGateway.daytime
            let started = try #require(done.string("started_at").flatMap { UnixTime(rfc3339: $0) })
            let finished = try #require(done.string("finished_at").flatMap { UnixTime(rfc3339: $0) })
            #expect(started >= before + .seconds(-3_600) && finished <= after && finished - started == .seconds(3_600), "\(done.text)")
        }
    }
}
