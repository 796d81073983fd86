import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A conversation over /listen` {
    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&include_speech_profile=true"

    /// 100 ms of one value; loud unless it is 0.
    private func tenth(_ value: Int16) -> [UInt8] {
        (0..<1_600).flatMap { _ in [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
    }

    private func send(_ seconds: Int, of value: Int16, to socket: TestSocket) {
        let piece = tenth(value)
        for _ in 0..<10 * seconds { socket.send(binary: piece) }
    }

    private func store(of gateway: TestGateway) throws -> SQLConversationStore {
        let data = try DataDirectory(creating: gateway.directory)
        return SQLConversationStore(
            in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio,
            now: { TestGateway.time })
    }

    /// The stored conversation, once it has `words` words.
    private func conversation(_ gateway: TestGateway, words: Int) async throws -> Conversation {
        let store = try store(of: gateway)
        var found: Conversation?
        try await until {
            found = try? await store.inProgress(of: .local, source: "omi", device: nil)
            return (found?.segments.reduce(0) { $0 + $1.text.split(separator: " ").count } ?? 0) >= words
        }
        return try #require(found)
    }

    @Test func `is stored as it is shown, and goes on when its client comes back`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let first = try await gateway.connect(path)
            send(3, of: 8_000, to: first)
            #expect(await first.next { $0.contains("w3") } != nil)
            let stored = try await conversation(gateway, words: 3)
            #expect(stored.segments.map(\.text).joined(separator: " ") == "w1 w2 w3")
            #expect(stored.segments.first?.start == .zero)
            first.close()
            try await gateway.sessionsEnd()

            let second = try await gateway.connect(path)
            send(2, of: 8_000, to: second)
            #expect(await second.next { $0.contains("conversation_session") && $0.contains(stored.id.rawValue) } != nil)
            let resumed = try await conversation(gateway, words: 5)
            #expect(resumed.id == stored.id)
            #expect(resumed.segments.map(\.text).joined(separator: " ") == "w1 w2 w3 w1 w2")
            let starts = resumed.segments.flatMap(\.words).map(\.start)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 })
            second.close()
        }
    }

    @Test func `tells words that may still change where its client asks, until segments show them`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let asked = try await gateway.connect(path + "&interims=true"), other = try await gateway.connect(path + "&device_id=other")
            for socket in [asked, other] {
                // Half a second more than whole words.
                for _ in 0..<25 { socket.send(binary: tenth(8_000)) }
                socket.send(text: #"{"type":"finish"}"#)
            }
            let told = await asked.rest().compactMap { if case .text(let text) = $0 { text } else { nil } }
            let guesses = told.filter { $0.contains(#""type":"interim""#) }
            #expect(guesses.contains { $0.contains(#""text":"w3""#) }, "\(guesses)")
            #expect(!(told.last { $0.contains("w3") }?.contains("interim") ?? true), "what was grey is said by a segment at the end")
            #expect(await !other.rest().contains { if case .text(let text) = $0 { text.contains("interim") } else { false } })
        }
    }

    /// Where the words of a message end, in seconds of the session; nil: it has none.
    private func end(of message: String) -> Double? {
        let value = try? JSONSerialization.jsonObject(with: Data(message.utf8))
        if let segments = value as? [[String: Any]] { return segments.compactMap { ($0["end"] as? NSNumber)?.doubleValue }.max() }
        guard let interim = value as? [String: Any], interim["type"] as? String == "interim" else { return nil }
        return (interim["end"] as? NSNumber).map { $0.doubleValue / 16_000 }
    }

    @Test(arguments: [false, true])
    func `shows a change for every two seconds of speech, though words wait for speakers`(
        areVoicesFound: Bool
    ) async throws {
        try await TestGateway.with(
            ScriptedEngine(sentence: 12), keys: TestKeys(valid: []), ears: areVoicesFound ? TestEars() : nil
        ) { gateway in
            let socket = try await gateway.connect(path + "&interims=true")
            send(30, of: 8_000, to: socket)
            socket.send(text: #"{"type":"finish"}"#)
            var seen = 0.0, longest = 0.0
            for case .text(let text) in await socket.rest() {
                guard let end = self.end(of: text) else { continue }
                longest = max(longest, end - seen)
                seen = max(seen, end)
            }
            #expect(seen > 29 && longest <= 2, "the words end at \(seen) s, and nothing new was shown for \(longest) s")
        }
    }

    @Test func `of a desktop is one until something is said in it`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            func begin() async throws -> (socket: TestSocket, id: JSONValue?) {
                let socket = try await gateway.connect(path + "&source=desktop")
                let said = try #require(await socket.next { $0.contains("conversation_session") })
                return (socket, try JSONValue(parsing: Array(said.utf8))["conversation_id"])
            }
            func leave(_ socket: TestSocket) async throws {
                socket.send(text: #"{"type":"finish"}"#)
                _ = await socket.rest()
                try await gateway.sessionsEnd()
            }
            let first = try await begin()
            try await leave(first.socket)
            // The client hears of its conversation before the store has it, and a session may end sooner.
            guard case .string(let id)? = first.id else {
                Issue.record("the session has no conversation")
                return
            }
            try await until { try await gateway.send(.get, "/api/v1/conversations/" + id).status == 200 }
            let second = try await begin()
            #expect(second.id == first.id)
            send(2, of: 8_000, to: second.socket)
            #expect(await second.socket.next { $0.contains("w2") } != nil)
            try await leave(second.socket)
            let third = try await begin()
            #expect(third.id != first.id, "what was said was completed with its session")
            third.socket.close()
        }
    }

    @Test func `keeps the client's own segment once, though it comes twice`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path + "&custom_stt=enabled")
            #expect(await socket.next { $0.contains(#""ready""#) } != nil)
            for text in ["Hello there.", "Hello general."] {
                socket.send(
                    text: #"{"type":"suggested_transcript","segments":[{"id":"own-1","text":"\#(text)","start":0,"end":1}]}"#)
                #expect(await socket.next { $0.contains(text) && $0.contains(#""own-1""#) } != nil)
            }
            let store = try store(of: gateway)
            try await until { try await store.inProgress(of: .local, source: "omi", device: nil)?.segments.map(\.text) == ["Hello general."] }
            let stored = try await conversation(gateway, words: 2)
            #expect(stored.segments.map(\.id.rawValue) == ["own-1"])
            socket.close()
        }
    }

    @Test func `sends engines no silence, and times its words as they were said`() async throws {
        // It says a word for each second that it hears.
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let socket = try await gateway.connect(path)
            send(6, of: 0, to: socket)
            send(2, of: 8_000, to: socket)
            send(6, of: 0, to: socket)
            send(2, of: 8_000, to: socket)
            send(6, of: 0, to: socket)
            let stored = try await conversation(gateway, words: 14)
            // 0.3 s before, 2 s of speech, 4 s after; twice. The last 0.3 s of each are a word of their own, for a passage's end makes all final.
            let words = stored.segments.flatMap(\.words)
            #expect(words.map(\.text) == (1...14).map { "w\($0)" })
            // The conversation begins with the first passage, 5.7 s into the session; the second one begins at 13.7 s.
            let eighth = try #require(words.dropFirst(7).first)
            #expect(abs((eighth.start - .seconds(8)) / .milliseconds(1)) <= 64)
            // Counted as it comes, not when the session is over.
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains(#"harken_gate_audio_seconds_total{kind="withheld"} "#))
            socket.close()
        }
    }

    @Test func `sends engines no silence once that can be told, though it began before`() async throws {
        let isLoaded = Atomic(false)
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(isLoading: { !isLoaded.load(ordering: .relaxed) })) { gateway in
            let socket = try await gateway.connect(path)
            send(4, of: 0, to: socket)
            _ = try await conversation(gateway, words: 4)
            isLoaded.store(true, ordering: .relaxed)
            send(10, of: 0, to: socket)
            send(2, of: 8_000, to: socket)
            send(5, of: 0, to: socket)
            socket.send(text: #"{"type":"finish"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            // 4 s before, 4 s after, and 6.3 s of the speech, each with a word for its rest.
            let words = try await conversation(gateway, words: 14).segments.flatMap(\.words)
            #expect(words.count <= 16, "\(words.map(\.text))")
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains(#"harken_gate_audio_seconds_total{kind="withheld"} "#))
            #expect(!metrics.contains("harken_gate_failures_total{}"))
        }
    }

    @Test(arguments: [true, false]) func `keeps nothing from engines where its gate only watches, or fails`(fails: Bool) async throws {
        try await TestGateway.with(
            keys: TestKeys(valid: []), settings: fails ? [:] : ["HARKEN_GATE": "shadow"], ears: TestEars(failsToDetect: fails)
        ) { gateway in
            let socket = try await gateway.connect(path)
            send(3, of: 0, to: socket)
            send(2, of: 8_000, to: socket)
            send(6, of: 0, to: socket)
            let stored = try await conversation(gateway, words: 10)
            let words = stored.segments.flatMap(\.words)
            // A word of each second, at its place.
            for (index, word) in words.enumerated() { #expect(abs((word.start - .seconds(index)) / .milliseconds(1)) <= 1) }
            socket.close()
            try await gateway.sessionsEnd()
            let metrics = try await gateway.send(.get, "/metrics").text
            let counter = fails ? "harken_gate_failures_total{} 1.0" : #"harken_gate_audio_seconds_total{kind="withheld"} "#
            #expect(metrics.contains(counter), "\(metrics.split(separator: "\n").filter { $0.contains("gate") })")
        }
    }

    private struct NoSession: Error {}

    @Test(arguments: [Int16(8_000), -8_000]) func `with a short hangover keeps engines from the silence after a turn that is over, and only that`(
        value: Int16
    ) async throws {
        let ears = TestEars()
        try await TestGateway.with(keys: TestKeys(valid: []), settings: ["HARKEN_GATE_HANGOVER_SECONDS": "0.5"], ears: ears) { gateway in
            let socket = try await gateway.connect(path)
            send(2, of: value, to: socket)
            for _ in 0..<4 { socket.send(binary: tenth(0)) }
            let sessions = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions").text.utf8))
            guard case .array(let open)? = sessions["sessions"], case .string(let id)? = open.first?["id"] else { throw NoSession() }
            // The gate knows the judgment when the trace has it.
            var trace = ""
            try await until(showing: trace) {
                trace = try await gateway.send(.get, "/api/v1/sessions/\(id)/trace").text
                return trace.contains(#""judgments":[{"#)
            }
            #expect(ears.judged == 1)
            for _ in 0..<30 { socket.send(binary: tenth(0)) }
            #expect(trace.contains(#""vad":[{"channel":0,"start":0.0,"end":2"#), "\(trace)")
            #expect(trace.contains(#""p":\#(value > 0 ? 0.75 : 0.25),"engine":null}"#), "\(trace)")
            socket.send(text: #"{"type":"finish"}"#)
            #expect(await socket.rest().last == .closed(1_000, ""))
            try await gateway.sessionsEnd()
            let metrics = try await gateway.send(.get, "/metrics").text
            let line = metrics.split(separator: "\n").first { $0.hasPrefix(#"harken_gate_audio_seconds_total{kind="withheld"}"#) }
            // Of nothing withheld there is no line.
            let withheld = line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
            // 3.4 s of silence: less than what is heard of a turn that may go on.
            #expect(value > 0 ? withheld > 1 && withheld < 3 : withheld == 0, "\(withheld)")
        }
    }

    @Test func `goes on with its engine, which has closed its stream because nobody spoke`() async throws {
        let other = ScriptedEngine(name: EngineName("other"), word: { "other\($0)" })
        try await TestGateway.with(ScriptedEngine(fault: .tires), others: [other], keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let socket = try await gateway.connect(path)
            send(6, of: 0, to: socket)
            send(2, of: 8_000, to: socket)
            let stored = try await conversation(gateway, words: 2)
            #expect(stored.segments.flatMap(\.words).map(\.text) == ["w1", "w2"])
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(!metrics.split(separator: "\n").contains { $0.contains("failed") && $0.contains("scripted") && !$0.hasSuffix(" 0") })
            socket.close()
        }
    }

    @Test func `ends in order when nobody has spoken, and its engine has closed its stream`() async throws {
        try await TestGateway.with(ScriptedEngine(fault: .tires), keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let socket = try await gateway.connect(path)
            send(6, of: 0, to: socket)
            #expect(await socket.next { $0.contains(#""ready""#) } != nil)
            socket.send(text: #"{"type":"finish"}"#)
            #expect(await socket.rest().last == .closed(1_000, ""))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `tells speakers apart by their voices, and knows them again the next day`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(), change: { $0.speakerPatience = .seconds(120) }) { gateway in
            func talk(_ source: String, first: Int16, second: Int16) async throws -> Conversation {
                let socket = try await gateway.connect(path + "&source=" + source + "&vad_gate=disabled")
                send(8, of: first, to: socket)
                send(8, of: second, to: socket)
                #expect(await socket.next { $0.contains("w16") } != nil)
                let store = try store(of: gateway)
                var found: Conversation?
                // Voices are kept a moment later.
                try await until {
                    found = try await store.inProgress(of: .local, source: source, device: nil)
                    let segments = found?.segments ?? []
                    return segments.reduce(0) { $0 + $1.words.count } == 16 && segments.allSatisfy { $0.identity.voice != nil }
                }
                socket.close()
                return try #require(found)
            }
            let day = try await talk("desktop", first: 8_000, second: -8_000)
            #expect(Set(day.segments.map(\.identity.voice)).count == 2)
            #expect(day.segments.first?.speaker?.label == "SPEAKER_00" && day.segments.last?.speaker?.label == "SPEAKER_01")
            let next = try await talk("omi", first: -8_000, second: 8_000)
            #expect(next.segments.first?.identity.voice == day.segments.last?.identity.voice)
            #expect(next.segments.last?.identity.voice == day.segments.first?.identity.voice)
        }
    }

    @Test func `joins an engine's labels by their voices, and says names that it knows`() async throws {
        // It changes its mind about who is who: 0 and 1 in the first session, 1 and 0 in the second.
        let isSecond = Atomic(false)
        let engine = ScriptedEngine(speaker: { SpeakerLabel(($0 > 8) != isSecond.load(ordering: .relaxed) ? 1 : 0) })
        try await TestGateway.with(engine, keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let store = try store(of: gateway)
            func talk(_ source: String, first: Int16, second: Int16) async throws -> (Conversation, TestSocket) {
                let socket = try await gateway.connect(path + "&source=" + source + "&vad_gate=disabled&speaker_auto_assign=enabled")
                send(8, of: first, to: socket)
                send(8, of: second, to: socket)
                var found: Conversation?
                try await until {
                    found = try await store.inProgress(of: .local, source: source, device: nil)
                    let segments = found?.segments ?? []
                    return segments.reduce(0) { $0 + $1.words.count } == 16 && segments.allSatisfy { $0.identity.who != .unknown }
                }
                return (try #require(found), socket)
            }
            let (day, socket) = try await talk("desktop", first: 8_000, second: -8_000)
            let voice = try #require(day.segments.first?.identity.voice), other = try #require(day.segments.last?.identity.voice)
            #expect(voice != other)
            // Named while it still speaks.
            let anna = try await store.add(Person(id: ID("anna"), name: "Anna", created: UnixTime(milliseconds: 0)), reusing: false, of: .local)
            #expect(try await store.setOwner(.person(anna.id), of: other, of: .local))
            #expect(await socket.next { $0.contains("speaker_label_suggestion") && $0.contains("Anna") } != nil)
            socket.close()
            isSecond.store(true, ordering: .relaxed)
            let (next, again) = try await talk("omi", first: -8_000, second: 8_000)
            #expect(next.segments.first?.identity.who == .person(anna.id) && next.segments.last?.identity.voice == voice)
            #expect(await again.next { $0.contains("speaker_label_suggestion") && $0.contains("Anna") } != nil)
            again.close()
        }
    }

    @Test func `makes a person of a name that is said, once, and never of the user or of what is no name`() async throws {
        let texts = "My name is Eva. My name is Ana. My name is Bob. I'm Tired. My name is Ana.".split(separator: " ").map(String.init)
        // Who says each: the first four words, the next four, …
        let speakers = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 1, 1, 1, 1]
        let engine = ScriptedEngine(word: { texts[($0 - 1) % texts.count] }, speaker: { SpeakerLabel(speakers[($0 - 1) % speakers.count]) })
        try await TestGateway.with(engine, keys: TestKeys(valid: [])) { gateway in
            let store = try store(of: gateway)
            try await store.set("name", to: "Bob", of: .local)
            let socket = try await gateway.connect(path + "&speaker_auto_assign=enabled")
            send(18, of: 8_000, to: socket)
            #expect(await socket.next { $0.contains("speaker_label_suggestion") && $0.contains("Eva") } != nil)
            #expect(await socket.next { $0.contains("speaker_label_suggestion") && $0.contains("Ana") } != nil)
            let stored = try await conversation(gateway, words: 18)
            var people: [Person] = []
            try await until {
                people = try await store.people(of: .local)
                let segments = try await store.inProgress(of: .local, source: "omi", device: nil)?.segments ?? []
                return people.count == 2 && segments.filter { $0.identity.person != nil }.count == 3
            }
            #expect(people.map(\.name) == ["Ana", "Eva"])
            let segments = try #require(try await store.conversation(stored.id, of: .local)).segments
            let ana = SpeakerIdentity(.person(people[0].id), by: .spokenName)
            let eva = SpeakerIdentity(.person(people[1].id), by: .spokenName)
            #expect(segments.map(\.identity) == [eva, ana, .unknown, .unknown, ana])
            socket.close()
        }
    }

    @Test func `gives a name to nobody where no engine tells who speaks`() async throws {
        let texts = ["My", "name", "is", "Eva."]
        try await TestGateway.with(ScriptedEngine(word: { texts[($0 - 1) % 4] }), keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path + "&speaker_auto_assign=enabled")
            send(4, of: 8_000, to: socket)
            let stored = try await conversation(gateway, words: 4)
            #expect(stored.segments.map(\.identity) == [.unknown])
            #expect(try await store(of: gateway).people(of: .local).isEmpty)
            socket.close()
        }
    }

    @Test func `suggests a name that is said of nobody who is known, and makes nobody of it`() async throws {
        let texts = "I'm Eva. My name is Dieter.".split(separator: " ").map(String.init)
        let engine = ScriptedEngine(word: { texts[($0 - 1) % 6] }, speaker: { SpeakerLabel($0 > 2 ? 1 : 0) })
        try await TestGateway.with(engine, keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path + "&speaker_auto_assign=enabled&create_speakers=false")
            send(6, of: 8_000, to: socket)
            for (speaker, name) in [(0, "Eva"), (1, "Dieter")] {
                let said = try #require(await socket.next { $0.contains("speaker_label_suggestion") })
                let suggestion = try JSONValue(parsing: Array(said.utf8))
                #expect(suggestion["person_name"] == .string(name) && suggestion["person_id"] == .string(""))
                #expect(suggestion["speaker_id"] == .int(speaker))
            }
            let stored = try await conversation(gateway, words: 6)
            #expect(stored.segments.map(\.identity) == [.unknown, .unknown])
            #expect(try await store(of: gateway).people(of: .local).isEmpty)
            socket.close()
        }
    }

    @Test func `keeps no audio of a user who has chosen so, whatever the operator keeps`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            func choose(_ days: String, status: Int = 200) async throws {
                let answer = try await gateway.send(
                    .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json"], body: Array(#"{"audio_days":\#(days)}"#.utf8))
                #expect(answer.status == status, "\(answer.text)")
            }
            func talk(then change: () async throws -> Void = {}) async throws -> (before: [String], audio: Int) {
                let socket = try await gateway.connect(path + "&source=desktop")
                send(12, of: 8_000, to: socket)
                #expect(await socket.next { $0.contains("w12") } != nil)
                let files = (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/audio")) ?? []
                try await change()
                socket.send(text: #"{"type":"finish"}"#)
                #expect(await socket.next { $0.contains("memory_created") } != nil)
                _ = await socket.rest()
                try await gateway.sessionsEnd()
                let store = try store(of: gateway)
                let id = try #require(try await store.lastCompleted(of: .local))
                return (files, try await store.audio(of: id, of: .local).count)
            }
            try await choose("-1", status: 400)
            try await choose("0")
            #expect(try await gateway.send(.get, "/api/v1/users/me/settings").text.contains(#""audio_days":0"#))
            #expect(try await talk() == ([], 0))
            try await choose("null")
            #expect(try await talk().audio == 1)
            // Chosen while it is recorded.
            let kept = try await talk { try await choose("0") }
            #expect(kept.audio == 0)
        }
    }

    @Test func `counts messages that are no packets of audio, and goes on`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=opus&vad_gate=disabled")
            // 20 ms of silence, and what is no packet.
            for message in 0..<300 { socket.send(binary: message % 10 == 0 ? [0xFF, 0xFF, 0xFF] : [0xF8, 0xFF, 0xFE]) }
            #expect(await socket.next { $0.contains("w2") } != nil)
            let counter = #"harken_audio_messages_damaged_total{dialect="listen"} 30.0"#
            try await until { try await gateway.send(.get, "/metrics").text.contains(counter) }
            socket.close()
        }
    }

    @Test func `takes a client's own transcript beside its audio`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path + "&custom_stt=enabled")
            #expect(await socket.next { $0.contains(#""ready""#) } != nil)
            send(2, of: 8_000, to: socket)
            socket.send(text: #"{"type":"suggested_transcript","segments":[{"text":"my own words","start":0,"end":1},{"text":"broken"}]}"#)
            #expect(await socket.next { $0.contains("my own words") } != nil)
            let stored = try await conversation(gateway, words: 3)
            #expect(stored.segments.map(\.text) == ["my own words"])
            socket.close()
        }
    }
}
