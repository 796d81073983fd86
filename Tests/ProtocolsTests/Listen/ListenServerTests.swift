import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `A session of /listen` {
    @Suite struct `at its start` {
        @Test func `says its steps in order`() throws {
            var stream = try ListenConversation()
            #expect(stream.open() == ["ping", "initiating"])
            #expect(stream.told(.last(ID("c0"))) == ["last c0"])
            #expect(stream.told(.began(ID("c1"), isResumed: true)) == ["in_progress_conversations_processing", "conversation c1", "stt_initiating"])
            #expect(stream.serve() == ["ready local"])
            #expect(
                stream.raw == [
                    "ping",
                    #"{"type":"service_status","status":"initiating","status_text":"Service Starting"}"#,
                    #"{"type":"last_memory","memory_id":"c0"}"#,
                    #"{"type":"service_status","status":"in_progress_conversations_processing","status_text":"Processing Conversations"}"#,
                    #"{"type":"conversation_session","conversation_id":"c1","status":"in_progress","recording_session_id":"\#(ListenConversation.sessionID)"}"#,
                    #"{"type":"service_status","status":"stt_initiating","status_text":"STT Service Starting"}"#,
                    #"{"type":"service_status","status":"ready","status_text":null,"provider":"local"}"#,
                ])
        }

        @Test func `is not ready before its conversation is there`() throws {
            var stream = try ListenConversation()
            _ = stream.open()
            #expect(stream.serve().isEmpty)
            #expect(
                stream.told(.began(ID("c1"), isResumed: false))
                    == ["in_progress_conversations_processing", "conversation c1", "stt_initiating", "ready local"])
        }

        @Test func `does not wait for a store that is out of order`() throws {
            var stream = try ListenConversation()
            _ = stream.open()
            _ = stream.serve()
            #expect(stream.wait(.seconds(5)) == ["in_progress_conversations_processing", "stt_initiating", "ready local"])
            #expect(stream.told(.began(ID("c1"), isResumed: false)) == ["conversation c1"])
        }

        @Test func `names the engine that serves, and why it is not the chosen one`() throws {
            var stream = try ListenConversation("stt_service=deepgram")
            _ = stream.open()
            _ = stream.told(.began(ID("c1"), isResumed: false))
            #expect(stream.serve() == ["ready local fallback_from_deepgram"])
        }

        @Test func `is ready without an engine when the client brings its own words`() throws {
            var stream = try ListenConversation("custom_stt=enabled")
            _ = stream.open()
            #expect(stream.told(.began(ID("c1"), isResumed: false)).last == "ready")
            #expect(stream.serve().isEmpty)
        }
    }

    @Suite struct `with interims` {
        private static let guess = Hypothesis(
            channel: ChannelIndex(1), range: SampleRange(SampleIndex(8_000), SampleIndex(24_000)),
            words: [
                Word("I", SampleRange(SampleIndex(8_000), SampleIndex(9_000)), confidence: 1),
                Word("sc", SampleRange(SampleIndex(9_000), SampleIndex(24_000)), confidence: 1),
            ])

        @Test(arguments: [ListenRoute.device, .web, .pushToTalk])
        func `tells each guess to a client that asks, on every route`(route: ListenRoute) throws {
            var stream = try ListenConversation("interims=true&codec=pcm16&sample_rate=8000", route: route)
            _ = stream.open()
            #expect(stream.machine.request.interims)
            #expect(stream.event(.interim(Self.guess)) == ["interim"])
            #expect(stream.raw.last == #"{"type":"interim","channel":2,"text":"I sc","start":4000,"end":12000}"#, "places count at the client's rate")
        }

        @Test(arguments: ["", "interims=false", "interims=true&custom_stt=enabled"])
        func `tells none to a client that does not ask, or brings its own words`(query: String) throws {
            var stream = try ListenConversation.ready(query)
            #expect(!stream.machine.request.interims)
            #expect(stream.event(.interim(Self.guess)).isEmpty)
        }

        @Test func `does not repeat a guess to a client that returns, nor counts it as seen`() throws {
            var stream = try ListenConversation("interims=true&ack=true")
            _ = stream.open()
            _ = stream.told(.began(ListenConversation.memory, isResumed: false))
            _ = stream.event(.interim(Self.guess))
            _ = stream.told(.changed([segment("a", "I scream.", 0, 1)]))
            stream.server.clientLost(now: stream.now)
            let again = stream.tell {
                $0.clientReturned(LiveResume(session: ID("s"), start: .zero, seen: 0), received: .zero, now: $1, output: &$2)
            }
            #expect(again.contains { $0.contains("I scream.") } && !again.contains("interim"))
        }
    }

    @Suite struct `as time passes` {
        @Test func `says ping every ten seconds`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.pass(.seconds(35)) == ["10s ping", "20s ping", "30s ping"])
        }

        @Test func `ends after ninety seconds of nothing`() throws {
            var stream = try ListenConversation.ready()
            let said = stream.pass(.seconds(200))
            #expect(said.last == "90s close 1001 idle")
            #expect(said.count == 9)
        }

        @Test(arguments: 0...2)
        func `lives as long as something comes, however short`(count: Int) throws {
            var stream = try ListenConversation.ready()
            for _ in 0..<10 {
                #expect(stream.pass(.seconds(60)).allSatisfy { $0.hasSuffix("ping") })
                #expect(stream.machine.receivedBinary(byteCount: count, now: stream.now) == .ignored)
            }
            #expect(stream.machine.receivedBinary(byteCount: 3, now: stream.now) == .audio())
        }

        @Test(arguments: [("ping", [String]()), ("{}", []), ("hello", ["ignored message"])])
        func `lives by text, too`(text: String, answer: [String]) throws {
            var stream = try ListenConversation.ready()
            for count in 0..<4 {
                #expect(stream.pass(.seconds(60)).allSatisfy { $0.hasSuffix("ping") })
                #expect(stream.text(text) == (count == 0 ? answer : []))
            }
        }

        @Test(arguments: ["", "channels=2"])
        func `makes words final within two seconds when no audio comes, once for each pause`(query: String) throws {
            var stream = try ListenConversation.ready(query)
            _ = stream.pass(.milliseconds(4_500))
            #expect(stream.audio(every: .milliseconds(20), 400).isEmpty)
            #expect(stream.pass(.milliseconds(1_500)) == ["1s → finalize"])
            #expect(stream.pass(.seconds(30)).allSatisfy { $0.hasSuffix("ping") })
            #expect(stream.audio(every: .milliseconds(20), 10).isEmpty)
            #expect(stream.pass(.milliseconds(1_500)).last == "1s → finalize")
        }

        @Test func `learns the pauses of a client that sends seconds of audio at once`() throws {
            var stream = try ListenConversation.ready()
            _ = stream.audio(every: .seconds(3), 3)
            #expect(!stream.audio(every: .seconds(3), 20).contains("→ finalize"))
            #expect(stream.pass(.seconds(9)).contains { $0.hasSuffix("→ finalize") })
        }

        @Test(arguments: ["words=true", "custom_stt=enabled"])
        func `leaves pauses to a client that ends its turns itself`(query: String) throws {
            var stream = try ListenConversation.ready(query)
            _ = stream.audio(every: .milliseconds(20), 50)
            #expect(stream.pass(.seconds(30)).allSatisfy { $0.hasSuffix("ping") })
        }

        @Test func `takes no pause of its own for one of the client`() throws {
            var stream = try ListenConversation.ready()
            _ = stream.audio(every: .milliseconds(20), 50)
            for _ in 0..<10 {
                #expect(stream.pass(.seconds(1)).allSatisfy { $0.hasSuffix("ping") })
                stream.machine.clientIsHeld(now: stream.now)
            }
        }

        @Test func `finishes at the session's limit, and is over soon after it`() throws {
            var stream = try ListenConversation(route: .pushToTalk)
            #expect(stream.open() == ["ping", "initiating", "stt_initiating"])
            #expect(stream.serve() == ["ready local"])
            for _ in 0..<11 {
                _ = stream.pass(.seconds(10))
                _ = stream.machine.receivedBinary(byteCount: 1, now: stream.now)
            }
            #expect(stream.pass(.seconds(10)) == ["10s → finish", "10s ping"])
            #expect(stream.machine.receivedBinary(byteCount: 320, now: stream.now) == .ignored)
            #expect(stream.pass(.seconds(40)).last == "25s close 1001 session_limit")
        }

        @Test func `finishes when the gateway goes down`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.drain() == ["→ finish"])
            #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["close 1001 going_away"])
        }
    }

    @Suite struct `says of its conversation` {
        @Test func `each segment whole, with every field`() throws {
            var stream = try ListenConversation.ready()
            let anna = SpeakerIdentity(.person(ID("p1")), by: .voiceprint, confidence: 0.75)
            let said = segment("s1", "Hello \"you\".", 0, 1.5, 3, anna)
            #expect(stream.told(.changed([said])) == ["[SPEAKER_03: Hello \"you\".]"])
            var json = JSONWriter()
            said.write(to: &json)
            #expect(stream.raw.last == "[" + json.text + "]")
        }

        @Test(arguments: [
            (SpeakerIdentity.unknown, Int?.none, "unknown", "unknown", false), (.unknown, 1, "unassigned", "not_user", false),
            (SpeakerIdentity(.voice(ID("v")), by: .voiceprint), 1, "unassigned", "not_user", false),
            (SpeakerIdentity(.person(ID("p")), by: .manual), 1, "identified", "not_user", false),
            (SpeakerIdentity(.user, by: .channel), 0, "user", "user", true),
        ])
        func `who speaks`(identity: SpeakerIdentity, speaker: Int?, state: String, status: String, isUser: Bool) throws {
            var stream = try ListenConversation.ready()
            _ = stream.told(.changed([segment("s", "Hi.", 0, 1, speaker, identity)]))
            let parsed = try Parsed(try #require(stream.raw.last))[0]
            #expect(parsed["speaker_identity_state"].string == state)
            #expect(parsed["speaker_identity_status"].string == status)
            #expect(parsed["speaker_id"].int == speaker ?? 0)
            #expect(stream.raw.last?.contains("\"is_user\":\(isUser)") == true)
        }

        @Test func `only what was added or changed`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.told(.changed([segment("a", "One.", 0, 1), segment("b", "Two.", 1, 2, 1)])) == ["[SPEAKER_00: One., SPEAKER_01: Two.]"])
            #expect(stream.told(.changed([segment("b", "Two and three.", 1, 3, 1)])) == ["[SPEAKER_01: Two and three.]"])
            #expect(stream.told(.changed([])).isEmpty)
            #expect(stream.told(.removed([ID("a"), ID("b")])) == ["segments_deleted"])
            #expect(stream.raw.last == #"{"type":"segments_deleted","segment_ids":["a","b"]}"#)
            #expect(stream.event(commit("Never shown.", 0, 1, .endOfTurn)).isEmpty)
        }

        @Test func `when it is over and what came of it`() throws {
            var stream = try ListenConversation.ready()
            var memory = Conversation(
                id: ID("c1"), user: ID("u"), status: .processing, source: "omi", language: .english, started: UnixTime(milliseconds: 0),
                finished: UnixTime(milliseconds: 60_000), segments: [segment("s", "Hi.", 0, 1)])
            #expect(stream.told(.processing(memory)) == ["memory_processing_started"])
            let begun = try Parsed(try #require(stream.raw.last))["memory"]
            #expect(begun["status"].string == "processing")
            #expect(begun["transcript_segments"][0]["id"].string == "s")
            memory.status = .completed
            memory.title = "A greeting"
            #expect(stream.told(.completed(memory)) == ["memory_created"])
            let created = try Parsed(try #require(stream.raw.last))
            #expect(created["memory"]["structured"]["title"].string == "A greeting")
            #expect(created["memory"]["started_at"].string == "1970-01-01T00:00:00.000Z")
            #expect(created["messages"].isArray)
            #expect(stream.told(.began(ID("c2"), isResumed: false)) == ["conversation c2"])
        }

        @Test(arguments: [
            (SpeakerSuggestion.Who.user, "user", "user"), (.person(ID("p1")), "", "p1"), (.named, "", ""),
        ])
        func `who a speaker may be, by name only when that is wanted`(who: SpeakerSuggestion.Who, hidden: String, shown: String) throws {
            let suggestion = SpeakerSuggestion(SpeakerNumber(2), who, name: "Anna", segment: ID("s1"))
            for (query, person) in [("", hidden), ("speaker_auto_assign=enabled", shown)] {
                var stream = try ListenConversation.ready(query)
                _ = stream.told(.suggested(suggestion))
                #expect(
                    stream.raw.last
                        == #"{"type":"speaker_label_suggestion","speaker_id":2,"person_id":"\#(person)","person_name":"Anna","segment_id":"s1"}"#)
            }
        }
    }

    @Suite struct `hears` {
        @Test(arguments: ["", "ping", "pong", "{}", #"{"type":"ping"}"#, #"{"type":"keepalive","at":7}"#, #"{"type":"KeepAlive"}"#])
        func `what keeps a session alive, and says nothing to it`(message: String) throws {
            var stream = try ListenConversation.ready()
            #expect(stream.text(message).isEmpty)
        }

        @Test(arguments: [
            ("hello", "message"), ("[1]", "message"), ("7", "message"), ("{", "message"), (#"{"type":7}"#, "message"), (#"{"a":1}"#, "message"),
            (#"{"type":"dance"}"#, "dance"), (#"{"type":"finalize"}"#, "finalize"), ("finalize", "finalize"),
            (#"{"type":"finalization_reason","reason":"boredom"}"#, "finalization_reason"),
            (#"{"type":"finalization_reason"}"#, "finalization_reason"),
            (#"{"type":"seen","messages":1}"#, "seen"), (#"{"type":"start_onboarding"}"#, "start_onboarding"),
            (#"{"type":"skip_question"}"#, "skip_question"),
            (#"{"type":"suggested_transcript","segments":[{"text":"a","start":0,"end":1}]}"#, "suggested_transcript"),
            (#"{"type":"speaker_assigned","speaker_id":1,"person_id":"p1"}"#, "speaker_assigned"),
        ])
        func `what has no effect, names it once, and goes on`(message: String, name: String) throws {
            var stream = try ListenConversation.ready()
            #expect(stream.text(message) == ["ignored \(name)"])
            #expect(stream.text(message).isEmpty)
            #expect(stream.machine.receivedBinary(byteCount: 320, now: stream.now) == .audio())
        }

        @Test func `key terms that the engine does not take, once`() throws {
            var stream = try ListenConversation.ready()
            func ignored() -> [String] {
                var output = ServerOutput()
                let now = stream.now
                stream.machine.ignores(["keyterm", "keyterm=Harken"], now: now, output: &output)
                return output.texts
            }
            let text = "keyterm is ignored: the engine that serves this request cannot do it. " + IgnoredOptions.warning("keyterm=Harken")
            #expect(ignored() == [#"{"type":"message_ignored","names":["keyterm","keyterm=Harken"],"text":"\#(text)"}"#])
            #expect(ignored().isEmpty)
        }

        @Test func `what has no effect, with the reason`() throws {
            var stream = try ListenConversation.ready()
            _ = stream.text(#"{"type":"speaker_assigned","speaker_id":1,"person_id":"p1"}"#)
            let text = "speaker_assigned is ignored: it needs speaker_id, person_id and person_name."
            #expect(stream.raw.last == #"{"type":"message_ignored","names":["speaker_assigned"],"text":"\#(text)"}"#)
        }

        @Test func `members that it does not read, and names them`() throws {
            var stream = try ListenConversation.ready("custom_stt=enabled")
            let nothing = #""a":null,"b":false,"c":"""#
            #expect(
                stream.text(#"{"type":"finalization_reason","reason":"retry","color":"red",\#(nothing)}"#)
                    == ["ignored finalization_reason.color", "→ finalization(reason: \"retry\")"])
            let segment = #"{"text":"One.","start":0,"end":1,"mood":"good","id":"\#(String(repeating: "i", count: 129))"}"#
            let said = stream.text(#"{"type":"suggested_transcript","segments":[\#(segment),\#(segment)]}"#)
            #expect(said.dropLast() == ["ignored suggested_transcript.segments.id, suggested_transcript.segments.mood"])
            #expect(said.last?.hasPrefix("→ transcript") == true)
            #expect(
                stream.text(#"{"type":"finish","why":"home"}"#) == ["ignored finish.why", "→ finish"])
        }

        @Test func `segments and ids behind the first thousand, and says that they are left out`() throws {
            func list(_ count: Int, _ element: String) -> String { Array(repeating: element, count: count).joined(separator: ",") }
            let segment = #"{"text":"One.","start":0,"end":1}"#
            for (count, names) in [(1_000, []), (1_001, ["ignored suggested_transcript.segments"])] as [(Int, [String])] {
                var stream = try ListenConversation.ready("custom_stt=enabled")
                #expect(stream.text(#"{"type":"suggested_transcript","segments":[\#(list(count, segment))]}"#).dropLast() == names[...])
            }
            for (count, names) in [(1_000, []), (1_001, ["ignored speaker_assigned.segment_ids"])] as [(Int, [String])] {
                var stream = try ListenConversation.ready()
                let members = #""speaker_id":1,"person_id":"p","person_name":"P""#
                #expect(stream.text(#"{"type":"speaker_assigned",\#(members),"segment_ids":[\#(list(count, #""s""#))]}"#).dropLast() == names[...])
            }
        }

        @Test func `of many messages that have no effect, and names the first`() throws {
            var stream = try ListenConversation.ready()
            let said = (0..<100).flatMap { stream.text(#"{"type":"dance\#($0)"}"#) }
            #expect(said == (0..<32).map { "ignored dance\($0)" })
            var other = try ListenConversation.ready()
            #expect(other.text(#"{"type":"\#(String(repeating: "d", count: 500))"}"#).map(\.count) == ["ignored ".count + 100])
        }

        @Test(arguments: [
            "user_stop", "finish_and_continue", "meeting_started", "meeting_ended", "max_duration_rotation", "crash_recovery", "retry",
        ])
        func `why the client will close`(reason: String) throws {
            var stream = try ListenConversation.ready()
            var output = ServerOutput()
            stream.machine.receivedText(#"{"type":"finalization_reason","reason":"\#(reason)"}"#.utf8.span.bytes, now: stream.now, output: &output)
            #expect(output.actions == [.converse(.finalization(reason: reason))])
        }

        /// Returns what is done, without the messages to the client.
        private static func commands(_ message: String, _ query: String = "") throws -> [ServerOutput.Action] {
            var stream = try ListenConversation.ready(query)
            var output = ServerOutput()
            stream.machine.receivedText(message.utf8.span.bytes, now: stream.now, output: &output)
            return output.actions.filter { if case .send = $0 { false } else { true } }
        }

        @Test func `who a speaker is`() throws {
            let message = #"{"type":"speaker_assigned","speaker_id":1,"person_id":"p1","person_name":"Anna","segment_ids":["a","b",3]}"#
            #expect(
                try Self.commands(message)
                    == [.converse(.assign(SpeakerNumber(1), person: ID("p1"), name: "Anna", segments: [ID("a"), ID("b")]))])
            #expect(
                try Self.commands(#"{"type":"speaker_assigned","speaker_id":0,"person_id":"user","person_name":"","segment_ids":[]}"#)
                    == [.converse(.assign(SpeakerNumber(0), person: nil, name: "", segments: []))])
        }

        @Test(arguments: [
            #"{"type":"speaker_assigned","person_id":"p1","person_name":"Anna","segment_ids":[]}"#,
            #"{"type":"speaker_assigned","speaker_id":1,"person_name":"Anna","segment_ids":[]}"#,
            #"{"type":"speaker_assigned","speaker_id":1,"person_id":"p1","segment_ids":[]}"#,
        ])
        func `no assignment from which a value is missing`(message: String) throws { #expect(try Self.commands(message).isEmpty) }

        @Test func `the client's own words, but those that are broken`() throws {
            let message =
                #"{"type":"suggested_transcript","stt_provider":"Apple","segments":[{"text":"One.","start":0.5,"end":1,"speaker":"SPEAKER_01","is_user":true},"#
                + #"{"text":"No start.","end":2},{"start":1,"end":2},{"text":"Backwards.","start":3,"end":2},7,{"text":"Two.","start":2,"end":2.25,"person_id":"p","id":"own-2"}]}"#
            let whole = [
                SuggestedSegment("One.", start: .milliseconds(500), end: .seconds(1), speaker: 1, isUser: true),
                SuggestedSegment("Two.", start: .seconds(2), end: .milliseconds(2_250), person: ID("p"), id: ID("own-2")),
            ]
            #expect(try Self.commands(message, "custom_stt=enabled") == [.converse(.transcript(whole, engine: EngineName("apple")))])
            #expect(try Self.commands(message).isEmpty, "only with custom_stt")
        }

        @Test func `about onboarding that there is none`() throws {
            var stream = try ListenConversation.ready("onboarding=enabled")
            #expect(stream.text(#"{"type":"start_onboarding"}"#) == ["onboarding_complete"])
            #expect(stream.raw.last == #"{"type":"onboarding_complete","conversation_id":null,"memories_created":0,"error":"not_configured"}"#)
            #expect(stream.text(#"{"type":"skip_question"}"#) == ["onboarding_complete"])
        }
    }

    @Suite struct `takes images in parts` {
        private static func part(_ id: String, _ index: Int, of total: Int) -> String {
            #"{"type":"image_chunk","id":"\#(id)","index":\#(index),"total":\#(total),"data":"QUJD"}"#
        }

        @Test func `in any order, and more than once`() throws {
            var stream = try ListenConversation.ready()
            for index in [2, 0, 2, 0] { #expect(stream.text(Self.part("i", index, of: 3)).isEmpty) }
            #expect(stream.text(Self.part("i", 1, of: 3)) == ["photo_processing", "photo_described"])
            let processing = try Parsed(stream.raw[stream.raw.count - 2]), described = try Parsed(stream.raw[stream.raw.count - 1])
            #expect(processing["temp_id"].string == "i")
            #expect(described["photo_id"].string == processing["photo_id"].string)
            #expect(stream.raw.last?.contains("\"discarded\":true") == true)
        }

        @Test(arguments: [
            part("", 0, of: 1), part("i", -1, of: 2), part("i", 2, of: 2), part("i", 0, of: 0), part("i", 0, of: 4_097),
            #"{"type":"image_chunk","id":"i","index":0,"total":1,"data":""}"#, #"{"type":"image_chunk","id":"i","index":0,"total":1}"#,
        ])
        func `and closes on what breaks the rules`(message: String) throws {
            var stream = try ListenConversation.ready()
            let said = stream.text(message)
            #expect(said.count == 1)
            #expect(said.first?.hasPrefix("close 1008") == true)
        }

        @Test func `and closes on a total that changes`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.text(Self.part("i", 0, of: 3)).isEmpty)
            #expect(stream.text(Self.part("i", 1, of: 4)).first?.hasPrefix("close 1008") == true)
        }

        @Test func `and keeps fifty, for a minute`() throws {
            var stream = try ListenConversation.ready()
            for number in 0...50 { #expect(stream.text(Self.part("i\(number)", 0, of: 2)).isEmpty) }
            #expect(stream.text(Self.part("i50", 1, of: 2)).count == 2)
            #expect(stream.text(Self.part("i0", 1, of: 2)).isEmpty, "the oldest went")
            _ = stream.pass(.seconds(60))
            #expect(stream.text(Self.part("i49", 1, of: 2)).isEmpty, "too old")
        }
    }

    @Suite struct `of 16-bit samples` {
        private static let audio: [UInt8] = (0..<60).map { UInt8($0) }

        /// Returns the audio that a session takes of messages.
        private func taken(_ messages: [ArraySlice<UInt8>]) throws -> [UInt8] {
            var stream = try ListenConversation.ready("codec=pcm16&sample_rate=16000")
            var taken: [UInt8] = []
            for message in messages {
                guard case .audio(_, let skip, let before) = stream.binary(Array(message)).meaning else { continue }
                taken += (before.map { [$0] } ?? []) + message.dropFirst(skip)
            }
            return taken
        }

        @Test(arguments: [[10], [11], [1, 9], [9, 1], [3, 4, 7], [7, 2, 3], [5, 1, 1, 5]])
        func `takes audio that is cut anywhere`(sizes: [Int]) throws {
            var messages: [ArraySlice<UInt8>] = [], at = 0
            while at < Self.audio.count {
                let end = min(at + sizes[messages.count % sizes.count], Self.audio.count)
                messages.append(Self.audio[at..<end])
                at = end
            }
            #expect(try taken(messages) == Self.audio)
        }

        @Test(arguments: [[], [0], [0, 0]] as [[UInt8]])
        func `takes no keep-alive as audio`(keepAlive: [UInt8]) throws {
            #expect(try taken([Self.audio[..<20], keepAlive[...], Self.audio[20..<40], keepAlive[...], Self.audio[40...]]) == Self.audio)
            #expect(try taken([Self.audio[..<20], keepAlive[...], keepAlive[...], keepAlive[...], Self.audio[20...]]) == Self.audio)
        }

        @Test func `begins with a whole sample when the client returns`() throws {
            var stream = try ListenConversation.ready("codec=pcm16&sample_rate=16000&ack=true")
            #expect(stream.binary([0, 1, 2]).meaning == .audio())
            _ = stream.tell { server, now, output in
                server.clientLost(now: now)
                server.clientReturned(
                    LiveResume(session: ID(ListenConversation.sessionID), start: .zero, seen: 0), received: .zero, now: now, output: &output)
            }
            #expect(stream.binary([0, 0]).meaning == .ignored)
        }
    }

    @Suite struct `with channels` {
        @Test func `reports one that it does not have, once`() throws {
            var stream = try ListenConversation.ready("channels=2&codec=pcm16&sample_rate=16000")
            for (tag, channel, said) in [(1, 0, []), (2, 1, []), (0, nil, ["unknown_channel invalid_input"]), (3, nil, [])]
                as [(UInt8, Int?, [String])]
            {
                let answer = stream.binary([tag, 0, 0, 0, 0])
                #expect(answer.meaning == channel.map { .audio(channel: ChannelIndex($0), skip: 1) } ?? .ignored)
                #expect(answer.said == said)
            }
        }

        /// Returns the audio that a session takes of one channel's messages, between whole samples of the other channel.
        private func taken(_ messages: [[UInt8]]) throws -> [UInt8] {
            var stream = try ListenConversation.ready("channels=2&codec=pcm16&sample_rate=16000")
            var taken: [UInt8] = []
            for message in messages {
                #expect(stream.binary([1, 0, 0, 0, 0]).meaning == .audio(skip: 1))
                guard case .audio(ChannelIndex(1), let skip, let before) = stream.binary([2] + message).meaning else { continue }
                taken += (before.map { [$0] } ?? []) + ([2] + message).dropFirst(skip)
            }
            return taken
        }

        @Test(arguments: [[2], [3], [10], [11], [1, 9], [9, 1], [3, 4, 7], [7, 2, 3], [5, 1, 1, 5]])
        func `takes audio of each that is cut anywhere`(sizes: [Int]) throws {
            let audio = (0..<60).map { UInt8($0) }
            var messages: [[UInt8]] = [], at = 0
            while at < audio.count {
                let end = min(at + sizes[messages.count % sizes.count], audio.count)
                messages.append(Array(audio[at..<end]))
                at = end
            }
            #expect(try taken(messages) == audio)
        }

        @Test func `takes no keep-alive as audio of one`() throws {
            #expect(try taken([[3, 4], [0], [5, 6], [0], [0], [7, 8, 9, 10], []]) == [3, 4, 5, 6, 7, 8, 9, 10])
        }

        @Test(arguments: [[], [1], [2, 0]] as [[UInt8]])
        func `ignores a message that is too short for a channel's audio`(message: [UInt8]) throws {
            var stream = try ListenConversation.ready("channels=2&codec=pcm16&sample_rate=16000")
            let answer = stream.binary(message)
            #expect(answer.meaning == .ignored)
            #expect(answer.said.isEmpty)
        }
    }

    @Suite struct `when it fails` {
        @Test(arguments: [
            (EngineError.unavailable("secret"), "stt_failed upstream_error connection_lost", 1011),
            (.timedOut("secret"), "stt_failed timeout connection_lost", 1011),
            (.unauthorized("secret"), "stt_failed config_error auth_rejected", 1011),
            (.quotaExhausted("secret"), "stt_failed config_error budget_exhausted", 1011),
            (.rateLimited(retryAfter: .seconds(7)), "stt_failed upstream_error rate_limited", 1011),
            (.protocolViolation("secret"), "stt_failed upstream_error connection_lost", 1011),
            (.badRequest("secret"), "stt_failed config_error", 1011),
            (.undecodable("secret"), "stt_failed invalid_input", 1003),
        ])
        func `says so once, in none of the engine's words`(error: EngineError, status: String, code: Int) throws {
            var stream = try ListenConversation.ready()
            let said = stream.event(.ended(SessionEnd(received: .zero, error: error)))
            #expect(said.count == 2)
            #expect(said.first == status)
            #expect(said.last?.hasPrefix("close \(code)") == true)
            #expect(!stream.raw.joined().contains("secret"))
            #expect(stream.event(.ended(SessionEnd(received: .zero, error: error))).isEmpty)
            if case .rateLimited = error { #expect(stream.raw.last?.contains("\"retry_after\":7") == true) }
        }

        @Test func `before it was ready names that`() throws {
            var stream = try ListenConversation()
            _ = stream.open()
            #expect(
                stream.event(.ended(SessionEnd(received: .zero, error: .timedOut("")))) == [
                    "stt_failed timeout initialization_failed", "close 1011 transcription_service_unavailable",
                ])
        }

        @Test func `for its language names it`() throws {
            var stream = try ListenConversation("language=fi")
            _ = stream.open()
            #expect(
                stream.event(.ended(SessionEnd(received: .zero, error: .unsupportedLanguage(LanguageTag("fi")))))
                    == ["close 1008 The language is not supported, fi"])
        }

        @Test func `in part says so, and when it is over`() throws {
            var stream = try ListenConversation.ready()
            let range = SampleRange(.zero, SampleIndex(16_000))
            #expect(stream.event(.gap(.first, range, .timedOut("secret"))) == ["stt_degraded timeout local connection_lost"])
            #expect(try Parsed(try #require(stream.raw.last))["status_text"].string == "Not recognized: 0.0 s to 1.0 s of the session.")
            #expect(stream.event(.gap(.first, range, .rateLimited(retryAfter: nil))) == ["stt_degraded upstream_error local rate_limited"])
            #expect(stream.event(commit("Again.", 1, 2, .endOfTurn)) == ["stt_recovered local"])
        }
    }

    @Suite struct `of a key with little credit` {
        @Test func `says so below three minutes, in both forms, once for each fall`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.server.creditWarnings == [.seconds(180)])
            #expect(stream.account(.low(remaining: .seconds(300))).isEmpty)
            #expect(stream.account(.low(remaining: .seconds(180))) == ["freemium 180 none", "freemium_threshold_reached"])
            #expect(stream.raw.last?.contains(#""status_text":"{\"remaining_seconds\":180,\"action\":\"none\"}""#) == true)
            #expect(stream.account(.low(remaining: .seconds(60))).isEmpty)
            #expect(stream.account(.low(remaining: .milliseconds(179_900))) == ["freemium 179 none", "freemium_threshold_reached"])
        }

        @Test func `ends when nothing is left, after saying so`() throws {
            var stream = try ListenConversation.ready()
            #expect(
                stream.account(.exhausted) == ["freemium 0 setup_on_device_stt", "freemium_threshold_reached config_error budget_exhausted"])
            #expect(stream.told(.changed([segment("s", "Last words.", 0, 1)])) == ["[SPEAKER_00: Last words.]"])
            #expect(stream.event(.ended(SessionEnd(received: .zero, error: .quotaExhausted("")))).isEmpty)
            #expect(stream.wait(.milliseconds(499)).isEmpty)
            #expect(stream.wait(.milliseconds(1)) == ["close 1008 trial_expired"])
        }

        @Test func `ends when it is taken back`() throws {
            var stream = try ListenConversation.ready()
            #expect(stream.account(.revoked).isEmpty)
            #expect(stream.event(.ended(SessionEnd(received: .zero, error: .unauthorized("")))) == ["close 1008 Invalid token"])
        }
    }

    @Suite struct `of push-to-talk` {
        @Test func `shows what was committed, and answers finalize`() throws {
            var stream = try ListenConversation("codec=pcm16&sample_rate=16000", route: .pushToTalk)
            _ = stream.open()
            _ = stream.serve()
            #expect(stream.event(commit("Hello there.", 1, 2, .pause)) == ["[SPEAKER_00: Hello there.]"])
            #expect(stream.event(commit("", 2, 3, .length)).isEmpty)
            #expect(stream.text("finalize") == ["→ finalize"])
            #expect(stream.event(commit("Bye.", 3, 4, .flush)) == ["[SPEAKER_00: Bye.]", "finalized"])
            #expect(stream.text(#"{"type":"finalize"}"#) == ["→ finalize"])
            #expect(stream.event(.flushed(.first)) == ["finalized"])
            let ids = try stream.raw.filter { $0.hasPrefix("[") }.map { try Parsed($0)[0]["id"].string }
            #expect(Set(ids).count == 2)
            #expect(try Parsed(try #require(stream.raw.first { $0.hasPrefix("[") }))[0]["start"].double == 1)
        }

        @Test func `names what is a conversation's, and a finalize behind many`() throws {
            var stream = try ListenConversation(route: .pushToTalk)
            _ = stream.open()
            #expect(stream.text(#"{"type":"image_chunk"}"#) == ["ignored image_chunk"])
            for number in 0..<16 { #expect(stream.text("finalize") == ["→ finalize"], "\(number)") }
            #expect(stream.text("finalize") == ["ignored finalize"])
        }
    }

    @Suite struct `with a client that may come back` {
        @Test func `says what is durable, and again what was not seen`() throws {
            var stream = try ListenConversation.ready("ack=true&codec=pcm16&sample_rate=16000")
            #expect(
                stream.raw.first == #"{"type":"session_started","session_id":"\#(ListenConversation.sessionID)","resume_window":120}"#)
            let acknowledged = stream.tell { $0.durable(through: SampleIndex(16_000), heard: nil, now: $1, output: &$2) }
            #expect(acknowledged == ["audio_ack"])
            #expect(stream.raw.last == #"{"type":"audio_ack","samples":16000}"#)
            // The start's five messages were seen.
            #expect(stream.told(.changed([segment("a", "One.", 0, 1)])) == ["[SPEAKER_00: One.]"])
            stream.server.clientLost(now: stream.now)
            _ = stream.told(.changed([segment("b", "Two.", 1, 2)]))
            #expect(stream.pass(.seconds(110)).isEmpty, "no ping, no idleness while nobody is there")
            let back = LiveResume(session: ID(ListenConversation.sessionID), start: SampleIndex(16_000), seen: 5)
            let said = stream.tell { $0.clientReturned(back, received: SampleIndex(20_000), now: $1, output: &$2) }
            #expect(said == ["session_resumed", "ping", "[SPEAKER_00: One.]", "[SPEAKER_00: Two.]"])
            #expect(stream.pass(.seconds(20)) == ["10s ping", "20s ping"])
            #expect(stream.text(#"{"type":"seen","messages":7}"#).isEmpty)
            let twice = stream.tell { $0.clientReturned(back, received: SampleIndex(20_000), now: $1, output: &$2) }
            #expect(twice == ["session_resumed", "ping"])
        }

        @Test func `counts as its client does`() throws {
            var stream = try ListenConversation.ready("ack=true&codec=opus&sample_rate=48000")
            _ = stream.tell { $0.durable(through: SampleIndex(16_000), heard: nil, now: $1, output: &$2) }
            #expect(stream.raw.last == #"{"type":"audio_ack","samples":48000}"#)
        }

        @Test func `says what is heard beyond what is durable for all gateways`() throws {
            var stream = try ListenConversation.ready("ack=true&codec=opus&sample_rate=48000")
            _ = stream.tell { $0.durable(through: SampleIndex(16_000), heard: SampleIndex(32_000), now: $1, output: &$2) }
            #expect(stream.raw.last == #"{"type":"audio_ack","samples":48000,"received":96000}"#)
        }

        @Test func `is told when the disk is full, also when it comes back, and when there is room again`() throws {
            var stream = try ListenConversation.ready("ack=true&codec=pcm16&sample_rate=16000")
            #expect(stream.tell { $0.storage(isFull: true, now: $1, output: &$2) } == ["storage_full"])
            stream.server.clientLost(now: stream.now)
            let back = LiveResume(session: ID(ListenConversation.sessionID), start: .zero, seen: 5)
            #expect(stream.tell { $0.clientReturned(back, received: .zero, now: $1, output: &$2) }.contains("storage_full"))
            #expect(stream.tell { $0.storage(isFull: false, now: $1, output: &$2) } == ["storage_recovered"])
        }

        @Test func `is waited for when its silence is only that of a dead connection`() throws {
            var stream = try ListenConversation.ready("ack=true")
            #expect(stream.pass(.seconds(200)).last == "90s close 1001 idle")
            #expect(stream.server.waitsForClient)
            let back = LiveResume(session: ID(ListenConversation.sessionID), start: .zero, seen: 100)
            let said = stream.tell { $0.clientReturned(back, received: .zero, now: $1, output: &$2) }
            #expect(said == ["session_resumed", "ping"])
        }

        @Test func `tells one that comes too late`() throws {
            var stream = try ListenConversation("ack=true&session_id=s&resume_from=0")
            let late = stream.tell { $0.resumeFailed(.expired(), output: &$2) }
            #expect(late == ["session_expired", "close 4404 session_expired"])
            var other = try ListenConversation("ack=true&session_id=s&resume_from=0")
            let rejected = other.tell { $0.resumeFailed(.rejected("No."), output: &$2) }
            #expect(rejected == ["close 1008 No."])
        }

        @Test(
            arguments: [
                ("", .device, 32_000), ("&channels=2", .device, 32_000), ("", .web, 32_000), ("&custom_stt=enabled", .device, nil),
                ("&words=true", .device, nil), ("", .pushToTalk, nil),
            ] as [(String, ListenRoute, Int?)])
        func `tells one that comes too late what is recognized without it, for conversations of audio only`(
            query: String, route: ListenRoute, samples: Int?
        ) throws {
            var stream = try ListenConversation("ack=true&codec=pcm16&sample_rate=16000&session_id=s&resume_from=0" + query, route: route)
            _ = stream.tell { $0.resumeFailed(.expired(received: .seconds(2)), output: &$2) }
            let place = samples.map { #","samples":\#($0)"# } ?? ""
            #expect(stream.raw.contains(#"{"type":"session_expired"\#(place)}"#), "\(stream.raw)")
        }

        @Test func `keeps no more than so much for it`() throws {
            var stream = try ListenConversation.ready("ack=true")
            stream.server.clientLost(now: stream.now)
            for number in 0..<2_000 { _ = stream.told(.changed([segment("s\(number)", "Word.", 0, 1)])) }
            let back = LiveResume(session: ID("s"), start: .zero, seen: 0)
            let said = stream.tell { $0.clientReturned(back, received: .zero, now: $1, output: &$2) }
            #expect(said.count == 1_026)
        }
    }
}
