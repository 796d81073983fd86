import Conversations
import Framing
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A user's time zone` {
    /// 05:26 on 27 November in Tokyo, 21:26 on 26 November in Berlin.
    private let now = UnixTime(rfc3339: "2026-11-26T20:26:00Z") ?? UnixTime(milliseconds: 0)

    /// A gateway in Berlin that knows Tokyo and Cairo.
    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        let berlin = try #require(TimeZoneRules("Europe/Berlin", rule: "CET-1CEST,M3.5.0,M10.5.0/3"))
        let tokyo = try #require(TimeZoneRules("Asia/Tokyo", rule: "JST-9"))
        let cairo = try #require(TimeZoneRules("Africa/Cairo", rule: "EET-2EEST,M4.5.5/0,M10.5.4/24"))
        let zones = TimeZones(standard: berlin, known: [tokyo, cairo])
        try await TestGateway.with(keys: TestKeys(valid: []), zones: zones, now: { [now] in now }) { try await body($0) }
    }

    private func ask(
        _ gateway: TestGateway, _ method: HTTPMethod, _ path: String, _ body: String? = nil, status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let answer = try await gateway.send(method, "/api/v1" + path, body: body.map { Array($0.utf8) })
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func choose(_ zone: String, _ gateway: TestGateway) async throws {
        #expect(try await ask(gateway, .patch, "/users/me/settings", #"{"time_zone":"\#(zone)"}"#)["time_zone"] == .string(zone))
    }

    /// The texts of a member of a list's objects.
    private func texts(_ value: JSONValue?, _ member: String) -> [String] {
        guard case .array(let list)? = value else { return [] }
        return list.compactMap { if case .string(let text)? = $0[member] { text } else { nil } }
    }

    private func keep(_ started: [String], _ gateway: TestGateway) async throws {
        let store = try gateway.store()
        for (index, text) in started.enumerated() {
            let time = try #require(UnixTime(rfc3339: text))
            let segment = Segment(id: ID("s\(index)"), text: "The harbour.", start: .zero, end: .seconds(2))
            #expect(
                try await store.begin(
                    Conversation(
                        id: ID("\(index)"), user: .local, status: .completed, source: "test", title: "Harbour", started: time,
                        finished: time + .seconds(2), segments: [segment])))
        }
    }

    @Test func `is set by its name, and is the gateway's until then`() async throws {
        try await with { gateway in
            let path = "/users/me/settings", first = try await ask(gateway, .get, path)
            #expect(first["time_zone"] == .null && first["default_time_zone"] == "Europe/Berlin")
            try await choose("Asia/Tokyo", gateway)
            #expect(try await ask(gateway, .get, path)["time_zone"] == "Asia/Tokyo")
            for name in ["Asia/Nowhere", "", "../../etc/passwd", "/etc/localtime", "asia/tokyo", "JST-9", "+09:00"] {
                let answer = try await ask(gateway, .patch, path, #"{"time_zone":"\#(name)"}"#, status: 400)
                let message = #"There is no time zone "\#(name)": give a name of the IANA database, such as Europe/Berlin."#
                #expect(answer["error"]?["message"] == .string(message))
            }
            _ = try await ask(gateway, .patch, path, #"{"time_zone":9}"#, status: 400)
            #expect(try await ask(gateway, .get, path)["time_zone"] == "Asia/Tokyo")
            #expect(try await ask(gateway, .patch, path, #"{"time_zone":null}"#)["time_zone"] == .null)
        }
    }

    @Test(
        arguments: [
            // 23:59 and 00:01 on both sides of today, 27 November in Tokyo, and of yesterday.
            (
                "Asia/Tokyo", ["2026-11-25T14:59:00Z", "2026-11-25T15:01:00Z", "2026-11-26T14:59:00Z", "2026-11-26T15:01:00Z"],
                ["from=today": ["3"], "from=yesterday&to=today": ["2", "1"], "from=2026-11-26": ["3", "2", "1"], "to=2026-11-26": ["0"]]
            ),
            (
                nil, ["2026-11-24T22:59:00Z", "2026-11-24T23:01:00Z", "2026-11-25T22:59:00Z", "2026-11-25T23:01:00Z"],
                ["from=today": ["3"], "from=yesterday&to=today": ["2", "1"], "from=2026-11-25&to=2026-11-26": ["2", "1"], "to=2026-11-25": ["0"]]
            ),
            // 24 April has no midnight: it begins at 01:00.
            (
                "Africa/Cairo", ["2026-04-23T21:59:00Z", "2026-04-23T22:01:00Z", "2026-04-24T20:59:00Z", "2026-04-24T21:01:00Z"],
                ["from=2026-04-24&to=2026-04-25": ["2", "1"], "from=2026-04-24T00:00:00Z&to=2026-04-25T00:00:00Z": ["3", "2"]]
            ),
            // Days of 23 and of 25 hours in Berlin.
            (
                nil, ["2026-03-28T22:59:00Z", "2026-03-28T23:01:00Z", "2026-03-29T21:59:00Z", "2026-03-29T22:01:00Z"],
                ["from=2026-03-29&to=2026-03-30": ["2", "1"]]
            ),
            (
                nil, ["2026-10-24T21:59:00Z", "2026-10-24T22:01:00Z", "2026-10-25T22:59:00Z", "2026-10-25T23:01:00Z"],
                ["from=2026-10-25&to=2026-10-26": ["2", "1"]]
            ),
        ] as [(String?, [String], [String: [String]])])
    func `decides which day a conversation is of`(zone: String?, started: [String], lists: [String: [String]]) async throws {
        try await with { gateway in
            if let zone { try await choose(zone, gateway) }
            try await keep(started, gateway)
            for (query, expected) in lists {
                let listed = try await ask(gateway, .get, "/conversations?" + query)
                #expect(texts(listed["conversations"], "id") == expected, "\(query)")
                let found = try await ask(gateway, .get, "/search?q=harbour&by=words&" + query)
                #expect(texts(found["hits"], "conversation_id").sorted() == expected.sorted(), "\(query)")
            }
        }
    }

    @Test func `is the one of Markdown, and of appointments after an edit`() async throws {
        try await with { gateway in
            try await choose("Asia/Tokyo", gateway)
            try await keep(["2026-11-26T20:26:00Z"], gateway)
            let path = "/conversations/0", said = #"{"text":"We have a meeting tomorrow at ten in the morning."}"#
            _ = try await ask(gateway, .patch, path + "/segments/s0", said)
            let edited = try await ask(gateway, .get, path)
            #expect(texts(edited["events"], "start") == ["2026-11-28T01:00:00.000Z"])
            let markdown = try await gateway.send(.get, "/api/v1\(path)/export?format=markdown").text
            #expect(markdown.contains("\n2026-11-27 05:26 (Asia/Tokyo)\n"), "\(markdown)")
        }
    }

    @Test func `is the one of appointments in a conversation that has just ended`() async throws {
        try await with { gateway in
            try await choose("Asia/Tokyo", gateway)
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&source=desktop&custom_stt=enabled")
            let said = "We have a meeting tomorrow at ten in the morning."
            socket.send(text: #"{"type":"suggested_transcript","segments":[{"text":"\#(said)","start":0,"end":5}]}"#)
            #expect(await socket.next { $0.contains("meeting") } != nil)
            socket.send(text: #"{"type":"finish"}"#)
            let store = try gateway.store()
            var starts: [String]?
            try await until {
                guard let id = try await store.lastCompleted(of: .local), let made = try await store.conversation(id, of: .local) else {
                    return false
                }
                starts = made.findings?.events.map(\.start.rfc3339)
                return starts != nil
            }
            #expect(starts == ["2026-11-28T01:00:00.000Z"])
        }
    }
}
