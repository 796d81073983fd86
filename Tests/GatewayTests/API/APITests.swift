import Conversations
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The API` {
    /// A gateway without keys, on which the local user has memories.
    private func with(_ body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepMemories(of: .local)
            try await body(gateway)
        }
    }

    private func ask(
        _ gateway: TestGateway, _ method: HTTPMethod, _ path: String, _ body: String? = nil, status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let answer = try await gateway.send(method, "/api/v1" + path, body: body.map { Array($0.utf8) })
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
        if answer.status >= 400 {
            let error = try JSONValue(parsing: Array(answer.text.utf8))["error"]
            #expect(error?["code"] != nil && error?["message"] != nil, sourceLocation: sourceLocation)
        }
        return answer.text.isEmpty ? .null : try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func list(_ value: JSONValue?) -> [JSONValue] { if case .array(let list)? = value { list } else { [] } }

    @Test func `lists conversations page by page, by time and by who speaks`() async throws {
        try await with { gateway in
            let first = try await ask(gateway, .get, "/conversations?limit=1")
            #expect(list(first["conversations"]).map { $0["id"] } == ["conversation-2"])
            guard case .string(let cursor)? = first["next"] else {
                Issue.record("\(first)")
                return
            }
            let second = try await ask(gateway, .get, "/conversations?limit=1&cursor=" + cursor)
            #expect(list(second["conversations"]).map { $0["id"] } == ["conversation-1"])
            #expect(second["next"] == .null)
            #expect(list(second["conversations"]).first?["started_at"] == "1970-01-11T00:00:00.000Z")
            #expect(list(second["conversations"]).first?["segments"] == nil)
            for (query, count) in [
                ("from=1970-01-12", 1), ("to=1970-01-12", 1), ("from=1970-01-11T00:00:00Z&to=1970-01-11T00:00:00.001Z", 1), ("from=1971-01-01", 0),
                ("person=user", 0), ("person=nobody-known", 0),
            ] {
                #expect(list(try await ask(gateway, .get, "/conversations?" + query)["conversations"]).count == count, "\(query)")
            }
            for query in ["limit=0", "limit=201", "limit=x", "from=tomorrow"] {
                _ = try await ask(gateway, .get, "/conversations?" + query, status: 400)
            }
        }
    }

    @Test func `gives a conversation with its segments, words and people`() async throws {
        try await with { gateway in
            _ = try await ask(
                gateway, .post, "/conversations/conversation-1/segments/assign", #"{"person_id":"person-1","segment_ids":["segment-2"]}"#)
            let whole = try await ask(gateway, .get, "/conversations/conversation-1")
            #expect(whole["status"] == "completed" && whole["title"] == "The harbour" && whole["duration"] == 23.5)
            let segments = list(whole["segments"])
            try #require(segments.map { $0["id"] } == ["segment-1", "segment-2", "segment-3"])
            #expect(segments[1]["person_id"] == "person-1" && segments[1]["speaker_identity_state"] == "identified")
            #expect(segments[1]["speaker"] == "SPEAKER_01" && segments[1]["start"] == 10.0)
            #expect(list(segments[1]["words"]).first == ["text": "The", "start": 10.0, "end": 10.5])
            #expect(list(whole["people"]).map { $0["name"] } == ["Anna"])
            _ = try await ask(gateway, .get, "/conversations/none", status: 404)
        }
    }

    @Test func `changes titles and texts`() async throws {
        try await with { gateway in
            #expect(try await ask(gateway, .patch, "/conversations/conversation-1", #"{"title":"At sea"}"#)["title"] == "At sea")
            let segment = try await ask(gateway, .patch, "/conversations/conversation-1/segments/segment-1", #"{"text":"By hand."}"#)
            #expect(segment["text"] == "By hand.")
            #expect(segment["words"] == [["text": "By", "start": 0.0, "end": 0.5], ["text": "hand.", "start": 2.0, "end": 2.5]])
            // The former words are gone, and so are their times; the words of a text that is there already stand.
            #expect(
                try await ask(gateway, .patch, "/conversations/conversation-1/segments/segment-1", #"{"text":"By hand."}"#)["words"]
                    == segment["words"])
            let corrected = try await ask(gateway, .patch, "/conversations/conversation-1/segments/segment-2", #"{"text":"The sunlit harbour 2."}"#)
            #expect(list(corrected["words"]).map { $0["start"] } == [10.0, 11.0, 12.0, 13.0])
            for body in ["", "[]", "{}", #"{"title":7}"#, "{"] {
                _ = try await ask(gateway, .patch, "/conversations/conversation-1", body, status: 400)
            }
            _ = try await ask(gateway, .patch, "/conversations/conversation-1/segments/segment-4", #"{"text":"x"}"#, status: 404)
            let long = String(repeating: "x", count: 70_000)
            _ = try await ask(gateway, .patch, "/conversations/conversation-1/segments/segment-1", #"{"text":"\#(long)"}"#, status: 422)
            _ = try await ask(gateway, .patch, "/conversations/conversation-1", #"{"title":"\#(long)"}"#, status: 422)
        }
    }

    /// The body that takes an assignment back.
    private func takingBack(_ assigned: JSONValue) -> String {
        var body = JSONWriter()
        body.beginObject()
        for name in ["former", "former_owners"] {
            body.key(escaping: name)
            body.value(assigned[name] ?? .null)
        }
        body.endObject()
        return String(decoding: body.bytes, as: UTF8.self)
    }

    @Test(arguments: [#""speaker_id":0"#, #""voice_id":"voice-1""#])
    func `takes a name back that a speaker or a voice got`(what: String) async throws {
        try await with { gateway in
            func seen() async throws -> [JSONValue] {
                var answers: [JSONValue] = []
                for path in ["/conversations/conversation-1", "/conversations/conversation-2", "/voices", "/voices/count"] {
                    answers.append(try await ask(gateway, .get, path))
                }
                return answers
            }
            let path = "/conversations/conversation-1/segments/assign", before = try await seen()
            let assigned = try await ask(gateway, .post, path, #"{"person_id":"person-2",\#(what)}"#)
            #expect(list(assigned["segments"]).map { $0["person_id"] } == ["person-2", "person-2"])
            let owners = list(assigned["former_owners"])
            #expect(owners.map { $0["voice_id"] } == ["voice-1"] && owners.map { $0["person_id"] } == [.null])
            #expect(list(assigned["former"]).count == (what.contains("speaker") ? 2 : 0))
            #expect(try await ask(gateway, .get, "/voices/count")["unnamed"] == 0)
            let back = try await ask(gateway, .post, path, takingBack(assigned))
            #expect(list(back["segments"]).map { $0["person_id"] } == [.null, .null])
            #expect(try await seen() == before)
        }
    }

    @Test(arguments: [
        "7", "[7]", "[{}]", #"[{"voice_id":1}]"#, #"[{"voice_id":"voice-1","person_id":7}]"#, #"[{"voice_id":"voice-1","was_rejected":1}]"#,
        #"[{"voice_id":"voice-1","is_user":true,"adopted_at":"yesterday","adoption_distance":0.1}]"#,
        #"[{"voice_id":"voice-1","is_user":true,"adopted_at":"2026-01-31T12:00:00Z","adoption_distance":3}]"#,
    ])
    func `gives back no owners that no assignment has answered`(owners: String) async throws {
        try await with { gateway in
            let before = try await ask(gateway, .get, "/voices")
            _ = try await ask(gateway, .post, "/conversations/conversation-1/segments/assign", #"{"former_owners":\#(owners)}"#, status: 400)
            #expect(try await ask(gateway, .get, "/voices") == before)
        }
    }

    @Test(arguments: [#""person_id":"person-1""#, #""person_id":null"#, #""is_user":true"#])
    func `takes an assignment back, whoever was named before`(owner: String) async throws {
        try await with { gateway in
            let conversation = "/conversations/conversation-1", path = conversation + "/segments/assign"
            _ = try await ask(gateway, .post, path, #"{"person_id":"person-2","segment_ids":["segment-3"]}"#)
            let before = list(try await ask(gateway, .get, conversation)["segments"])
            #expect(before.map { $0["speaker_identity_source"] } == ["voiceprint", .null, "manual"])
            let assigned = try await ask(gateway, .post, path, #"{\#(owner),"segment_ids":["segment-1","segment-2","segment-3"]}"#)
            #expect(list(assigned["segments"]).allSatisfy { $0["speaker_identity_source"] == "manual" })
            #expect(list(assigned["former"]).map { $0["segment_id"] } == ["segment-1", "segment-2", "segment-3"])
            #expect(list(assigned["former"]).map { $0["voice_id"] } == ["voice-1", .null, "voice-1"])
            #expect(list(assigned["former"]).map { $0["person_id"] } == [.null, .null, "person-2"])
            #expect(assigned["former_owners"] == .array([]))
            let back = try await ask(gateway, .post, path, takingBack(assigned))
            #expect(list(back["segments"]) == before && back["former"] == nil)
            #expect(list(try await ask(gateway, .get, conversation)["segments"]) == before)
            _ = try await ask(gateway, .post, "/conversations/none/segments/assign", #"{"former":[]}"#, status: 404)
        }
    }

    @Test(arguments: [
        "7", "[7]", "[{}]", #"[{"segment_id":1}]"#, #"[{"segment_id":"segment-1","person_id":7}]"#,
        #"[{"segment_id":"segment-1","person_id":"person-1","is_user":true}]"#, #"[{"segment_id":"segment-1","voice_id":1}]"#,
        #"[{"segment_id":"segment-1","speaker_identity_source":"rumour"}]"#, #"[{"segment_id":"segment-1","speaker_identity_confidence":1.5}]"#,
    ])
    func `gives back no speakers that no assignment has answered`(former: String) async throws {
        try await with { gateway in
            let before = try await ask(gateway, .get, "/conversations/conversation-1")
            _ = try await ask(gateway, .post, "/conversations/conversation-1/segments/assign", #"{"former":\#(former)}"#, status: 400)
            #expect(try await ask(gateway, .get, "/conversations/conversation-1") == before)
        }
    }

    @Test func `lists voices with a name, and those that wait for one page by page`() async throws {
        try await with { gateway in
            let store = try gateway.store(), user = ID<User>.local
            for (id, seconds, direction) in [("voice-2", 40, [0, 0, 1]), ("voice-3", 20, [0, 1, 0])] as [(String, Int, [Float])] {
                let voiceprint = try #require(Voiceprint(direction, model: "test"))
                let voice = NewVoice(
                    id: ID(id), voiceprint: voiceprint, evidence: .seconds(seconds), created: UnixTime(milliseconds: 86_400_000))
                _ = try await store.add(voice, of: user)
            }
            // Nobody can hear the second voice, which has spoken nowhere.
            let segment = Segment(
                id: ID("segment-9"), text: "Ahoy.", start: .zero, end: .seconds(2),
                identity: SpeakerIdentity(.voice(ID("voice-3")), by: .voiceprint, confidence: 0.9))
            let conversation = Conversation(
                id: ID("conversation-3"), user: user, status: .completed, source: "test", language: LanguageTag("en"),
                started: TestGateway.time, finished: TestGateway.time, segments: [segment])
            _ = try await store.begin(conversation)
            let audio = StoredAudio(file: "none.opus", start: .zero, duration: .seconds(9), byteCount: 1, created: TestGateway.time)
            _ = try await store.add(audio, to: conversation.id, of: user)
            /// The voices of the list, and where the next ones are.
            func voices(_ query: String = "") async throws -> [JSONValue?] {
                let answer = try await ask(gateway, .get, "/voices" + query)
                return list(answer["voices"]).map { $0["id"] } + [answer["next"]]
            }
            #expect(try await voices() == ["voice-1", "voice-2", "voice-3", .null])
            #expect(try await voices("?unnamed=true") == ["voice-3", "voice-1", .null])
            #expect(try await voices("?named=true") == [.null])
            let first = try await ask(gateway, .get, "/voices?unnamed=true&limit=1")
            #expect(list(first["voices"]).map { $0["id"] } == ["voice-3"])
            guard case .string(let cursor)? = first["next"] else {
                Issue.record("\(first)")
                return
            }
            #expect(try await voices("?unnamed=true&limit=1&cursor=" + cursor) == ["voice-1", .null])
            let count = try await ask(gateway, .get, "/voices/count")
            #expect(count["voices"] == 3 && count["unnamed"] == 3 && count["to_name"] == 2 && count["to_name_more"] == false)
            _ = try await ask(gateway, .patch, "/voices/voice-3", #"{"is_user":true}"#, status: 204)
            #expect(try await voices("?named=true") == ["voice-3", .null])
            #expect(try await voices("?unnamed=true") == ["voice-1", .null])
            for query in [
                "limit=1", "cursor=" + cursor, "named=true&limit=1", "named=true&unnamed=true", "unnamed=maybe", "unnamed=true&limit=0",
                "unnamed=true&limit=101",
            ] {
                _ = try await ask(gateway, .get, "/voices?" + query, status: 400)
            }
        }
    }

    @Test func `names a speaker once, in the past too`() async throws {
        try await with { gateway in
            let path = "/conversations/conversation-1/segments/assign"
            let count = try await ask(gateway, .get, "/voices/count")
            #expect(count["voices"] == 1 && count["unnamed"] == 1)
            let changed = try await ask(gateway, .post, path, #"{"person_id":"person-2","speaker_id":0}"#)
            #expect(list(changed["segments"]).map { $0["person_id"] } == ["person-2", "person-2"])
            let voices = list(try await ask(gateway, .get, "/voices")["voices"])
            #expect(voices.map { $0["person_id"] } == ["person-2"] && voices.map { $0["heard_at"] } == ["1970-01-12T00:00:24.000Z"])
            #expect(try await ask(gateway, .get, "/voices/count")["unnamed"] == 0)
            let other = list(try await ask(gateway, .get, "/conversations/conversation-2")["segments"])
            #expect(other.map { $0["person_id"] } == ["person-2", .null, "person-2"])
            #expect(list(try await ask(gateway, .get, "/conversations?person=person-2")["conversations"]).count == 2)
            let mine = try await ask(gateway, .post, path, #"{"is_user":true,"speaker_id":1}"#)
            #expect(list(mine["segments"]).map { $0["is_user"] } == [true])
            for body in [
                #"{"segment_ids":["segment-1"]}"#, #"{"person_id":"person-1"}"#, #"{"person_id":7,"speaker_id":1}"#,
                #"{"is_user":"yes","speaker_id":1}"#, #"{"person_id":null,"segment_ids":"segment-1"}"#,
            ] {
                _ = try await ask(gateway, .post, path, body, status: 400)
            }
            for body in [
                #"{"person_id":"stranger","segment_ids":["segment-1"]}"#, #"{"person_id":null,"speaker_id":9}"#,
                #"{"person_id":null,"voice_id":"v"}"#,
            ] {
                _ = try await ask(gateway, .post, path, body, status: 404)
            }
        }
    }

    @Test func `puts conversations together, parts them and deletes them`() async throws {
        try await with { gateway in
            let parts = try await ask(gateway, .post, "/conversations/conversation-1/split", #"{"segment_id":"segment-2"}"#)
            #expect(list(parts["earlier"]?["segments"]).count == 1 && list(parts["later"]?["segments"]).count == 2)
            _ = try await ask(gateway, .post, "/conversations/conversation-1/split", #"{"segment_id":"segment-1"}"#, status: 409)
            guard case .string(let later)? = parts["later"]?["id"] else { return #expect(Bool(false)) }
            let whole = try await ask(gateway, .post, "/conversations/conversation-1/merge", #"{"conversation_id":"\#(later)"}"#)
            #expect(list(whole["segments"]).count == 3)
            _ = try await ask(gateway, .get, "/conversations/" + later, status: 404)
            _ = try await ask(gateway, .post, "/conversations/conversation-1/merge", #"{"conversation_id":"conversation-1"}"#, status: 400)
            _ = try await ask(gateway, .delete, "/conversations/conversation-1", status: 204)
            _ = try await ask(gateway, .delete, "/conversations/conversation-1", status: 404)
            _ = try await ask(gateway, .get, "/conversations/conversation-1", status: 404)
        }
    }

    @Test func `restores a deleted conversation, and deletes it for good`() async throws {
        try await with { gateway in
            let path = "/conversations/conversation-1"
            let whole = try await ask(gateway, .get, path)
            _ = try await ask(gateway, .delete, path, status: 204)
            let kept = list(try await ask(gateway, .get, "/deleted-conversations")["conversations"])
            #expect(kept.map { $0["id"] } == ["conversation-1"] && kept.map { $0["title"] } == [whole["title"]])
            let page = try await ask(gateway, .get, "/deleted-conversations?limit=1")
            #expect(page["next"] == .null && page["days"] == 7)
            _ = try await ask(gateway, .get, path, status: 404)
            _ = try await ask(gateway, .post, path + "/restore", status: 204)
            _ = try await ask(gateway, .post, path + "/restore", status: 404)
            #expect(try await ask(gateway, .get, path) == whole)
            _ = try await ask(gateway, .delete, path, status: 204)
            _ = try await ask(gateway, .delete, path + "?for_good=true", status: 204)
            _ = try await ask(gateway, .delete, path + "?for_good=true", status: 404)
            _ = try await ask(gateway, .post, path + "/restore", status: 404)
            #expect(list(try await ask(gateway, .get, "/deleted-conversations")["conversations"]).isEmpty)
            _ = try await ask(gateway, .delete, "/conversations/conversation-2?for_good=maybe", status: 400)
            _ = try await ask(gateway, .get, "/deleted-conversations?limit=0", status: 400)
        }
    }

    @Test func `writes conversations out, and gives their audio`() async throws {
        try await with { gateway in
            let path = "/api/v1/conversations/conversation-1"
            for (format, type, beginning) in [
                ("json", "application/json", #"{"id":"conversation-1""#), ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> "),
                ("vtt", "text/vtt; charset=utf-8", "WEBVTT"), ("markdown", "text/markdown; charset=utf-8", "# The harbour\n"),
            ] {
                let answer = try await gateway.send(.get, path + "/export?format=" + format)
                #expect(answer.status == 200 && answer.headers["Content-Type"] == type && answer.text.hasPrefix(beginning), "\(answer)")
                #expect(answer.text.contains("moonlit"))
            }
            #expect(try await gateway.send(.get, path + "/export?format=pdf").status == 400)
            let audio = try await gateway.send(.get, path + "/audio")
            #expect(audio.text == "OggS-firstOggS-second" && audio.headers["X-Harken-Audio-Parts"] == "2")
            let second = try await gateway.send(.get, path + "/audio?part=1")
            #expect(second.text == "OggS-second" && second.headers["X-Harken-Audio-Start"] == "15.0")
            #expect(try await gateway.send(.get, path + "/audio?part=2").status == 404)
            #expect(try await gateway.send(.get, "/api/v1/conversations/conversation-2/audio").status == 404)
        }
    }

    @Test func `finds what was said, and where`() async throws {
        try await with { gateway in
            let found = try await ask(gateway, .get, "/search?q=moonlit%20harbour%205&limit=1&by=words")
            let hit = list(found["hits"]).first
            #expect(hit?["conversation_id"] == "conversation-2" && hit?["segment_id"] == "segment-5" && hit?["start"] == 10.0, "\(found)")
            guard case .string(let snippet)? = hit?["snippet"] else { return #expect(Bool(false)) }
            #expect(snippet.contains("<mark>moonlit</mark>"))
            for (query, isFound) in [("the%20moonlit", true), ("moonshine", false), ("moonshine&by=words", false)] as [(String, Bool)] {
                #expect(try await ask(gateway, .get, "/search?q=" + query)["words_found"] == .bool(isFound), "\(query)")
            }
            #expect(try await ask(gateway, .get, "/search?q=moonlit&by=meaning")["words_found"] == .null)
            #expect(try await ask(gateway, .get, "/search?q=moonlit&by=words")["is_capped"] == .bool(false))
            #expect(
                list(try await ask(gateway, .get, "/search?q=moonlit&to=1970-01-12")["hits"]).allSatisfy { $0["conversation_id"] == "conversation-1" }
            )
            #expect(list(try await ask(gateway, .get, "/search?q=moonlit&person=user")["hits"]).isEmpty)
            for query in ["", "q=", "q=%20", "q=x&by=luck", "q=x&limit=101", "q=x&from=never", "q=" + String(repeating: "x", count: 2_001)] {
                _ = try await ask(gateway, .get, "/search?" + query, status: 400)
            }
        }
    }

    @Test func `keeps people`() async throws {
        try await with { gateway in
            let clara = try await ask(gateway, .post, "/people", #"{"name":"Clara"}"#, status: 201)
            guard case .string(let id)? = clara["id"] else { return #expect(Bool(false)) }
            #expect(try await ask(gateway, .post, "/people", #"{"name":"clara","reuse":true}"#)["id"] == .string(id))
            #expect(try await ask(gateway, .patch, "/people/" + id, #"{"name":"Claire"}"#)["name"] == "Claire")
            #expect(list(try await ask(gateway, .get, "/people")["people"]).map { $0["name"] } == ["Anna", "Bert", "Claire"])
            #expect(list(try await ask(gateway, .get, "/people")["people"]).allSatisfy { $0["same_name_as"] == nil })
            for name in ["Anna", "ANNA", " anna "] {
                let taken = try await ask(gateway, .patch, "/people/" + id, #"{"name":"\#(name)"}"#, status: 409)
                guard case .string(let message)? = taken["error"]?["message"] else { return #expect(Bool(false)) }
                #expect(message.contains(#"POST /people/person-1/merge with {"person_id": "\#(id)"}"#), "\(message)")
                #expect(try await ask(gateway, .post, "/people", #"{"name":"\#(name)","reuse":true}"#)["id"] == "person-1")
                let second = try await ask(gateway, .post, "/people", #"{"name":"\#(name)"}"#, status: 409)
                guard case .string(let advice)? = second["error"]?["message"] else { return #expect(Bool(false)) }
                #expect(advice.contains("person-1") && advice.contains("POST /people/person-1/merge with"), "\(advice)")
            }
            #expect(try await ask(gateway, .post, "/people/person-1/merge", #"{"person_id":"\#(id)"}"#)["id"] == "person-1")
            _ = try await ask(gateway, .delete, "/people/person-2", status: 204)
            #expect(list(try await ask(gateway, .get, "/people")["people"]).map { $0["name"] } == ["Anna"])
            for body in ["{}", #"{"name":"  "}"#, #"{"name":"x","reuse":1}"#, #"{"name":"\#(String(repeating: "x", count: 401))"}"#] {
                _ = try await ask(gateway, .post, "/people", body, status: 400)
            }
            _ = try await ask(gateway, .patch, "/people/none", #"{"name":"x"}"#, status: 404)
            _ = try await ask(gateway, .post, "/people/person-1/merge", #"{"person_id":"none"}"#, status: 404)
        }
    }

    @Test func `knows a vendor's key by its fingerprint alone`() async throws {
        try await with { gateway in
            let path = "/users/me/provider-keys"
            let enrolled = try await ask(gateway, .put, path + "/deepgram", #"{"key":"very-secret"}"#)
            #expect(enrolled["fingerprint"] == "b644133604bf99632137be3e9230c4056bd32eb2f404020d70adcde88353c760")
            let all = try await ask(gateway, .get, path)
            #expect(list(all["provider_keys"]).map { $0["provider"] } == ["deepgram", "soniox"])
            #expect(!"\(all)".contains("very-secret"))
            _ = try await ask(gateway, .delete, path + "/deepgram", status: 204)
            _ = try await ask(gateway, .delete, path + "/deepgram", status: 404)
            _ = try await ask(gateway, .put, path + "/nobody", #"{"key":"x"}"#, status: 404)
        }
    }

    @Test func `refuses a member that is not a setting, by its name, and changes nothing`() async throws {
        try await with { gateway in
            let path = "/users/me/settings"
            for (body, message) in [
                (#"{"language":"de","zone":"Europe/Berlin"}"#, #"There is no setting "zone"."#),
                (#"{"language":"de","vocabulery":["a"]}"#, #"There is no setting "vocabulery"; did you mean vocabulary?"#),
                (#"{"language":"de","Language":null}"#, #"There is no setting "Language"; did you mean language?"#),
            ] {
                let answer = try await ask(gateway, .patch, path, body, status: 400)
                #expect(answer["error"]?["message"] == .string(message) && answer["error"]?["code"] == "bad_request", "\(answer)")
            }
            #expect(try await ask(gateway, .get, path)["language"] == .null)
            #expect(try await ask(gateway, .patch, path, #"{"language":"de","vocabulary":["a"]}"#)["language"] == "de")
            #expect(try await ask(gateway, .patch, path, #"{"language":null}"#)["language"] == .null)
            // An answer may be sent back.
            let whole = try await gateway.send(.get, "/api/v1" + path).text
            _ = try await ask(gateway, .patch, path, whole)
        }
    }

    @Test func `describes every one of its routes`() async throws {
        try await with { gateway in
            let description = try await ask(gateway, .get, "/openapi.json")
            #expect(description["openapi"] == "3.1.0")
            for route in gateway.routes where route.contains(" /api/v1/") {
                let (method, path) = (route.prefix { $0 != " " }, String(route.drop { $0 != " " }.dropFirst()))
                let operation = description["paths"]?[path]?[method.lowercased()]
                #expect(operation?["summary"] != nil, "\(route)")
                let parameters = list(operation?["parameters"]).filter { $0["in"] == "path" }
                #expect(parameters.count == path.count { $0 == "{" })
            }
        }
    }

    @Test func `describes each member of a segment`() async throws {
        try await with { gateway in
            let description = try await ask(gateway, .get, "/openapi.json")
            guard case .object(let described)? = description["components"]?["schemas"]?["Segment"]?["properties"] else {
                Issue.record("no schema of a segment")
                return
            }
            let conversation = try await ask(gateway, .get, "/conversations/conversation-1")
            guard case .object(let shown)? = list(conversation["segments"]).first else {
                Issue.record("no segment")
                return
            }
            #expect(described.map(\.name) == shown.map(\.name))
        }
    }

    @Test(arguments: [
        (["read"], 200, 403), (["write"], 200, 200), (["listen"], 403, 403), (["listen", "read"], 200, 403), ([], 200, 200),
    ])
    func `holds keys to their scopes`(scopes: [String], reading: Int, writing: Int) async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["hk_a"], scopes: scopes)) { gateway in
            try await gateway.keepMemories(of: ID("user"))
            let headers: HTTPHeaders = ["Authorization": "Bearer hk_a"]
            #expect(try await gateway.send(.get, "/api/v1/conversations/conversation-1", headers: headers).status == reading)
            let body = Array(#"{"title":"x"}"#.utf8)
            #expect(try await gateway.send(.patch, "/api/v1/conversations/conversation-1", headers: headers, body: body).status == writing)
        }
    }
}
