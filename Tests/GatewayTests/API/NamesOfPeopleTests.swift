import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Synchronization
import Testing

@testable import harken

/// Ways in × names: what each way in makes of a name that is another person's, or only looks like it.
@Suite(.hangLimit) struct `A person's name of each way in` {
    /// The ways in which a name comes in. The page's are those of the API.
    enum Way: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case create, reuse, rename, renameSame, enroll, introduce, nameVoice, assignSegment, assignSpeaker, archive
        case commandAdd, commandRename, commandEnroll, commandName
        /// Commands on the data directory, beside the gateway.
        case commandAddHere, commandRenameHere, commandNameHere

        var testDescription: String { rawValue }
    }

    /// A name that is stored, and the name that comes.
    private struct Pair {
        let stored: String
        let comes: String
        let likeness: Likeness

        var isOne: Bool { likeness == .equal || likeness == .unseen }
        /// Engines write only letters that are seen.
        var isSpoken: Bool { likeness == .equal || likeness == .alike }

        enum Likeness {
            case equal, alike
            /// Equal and alike names with characters that nobody sees.
            case unseen, joined
            /// A name of which nothing is seen.
            case blank
        }
    }

    /// Names that are one.
    private static let equal: [(String, String)] = [
        ("Anna", "Anna"), ("Anna", "ANNA"), ("Zo\u{EB}", "ZOE\u{308}"), (" Anna ", "anna\u{3000}"), ("Anna Maria", "anna  maria"),
        ("Straße", "STRASSE"), ("İpek", "ipek"), ("IŞIL", "ışıl"), ("Ἀλκιβιάδης", "Ἀλκιβιάδης".decomposedStringWithCanonicalMapping),
    ]

    /// Names that only look like one: in Cyrillic, of full width, without an accent, with more behind them, with another letter.
    private static let alike: [(String, String)] = [
        ("Anna", "\u{410}nna"), ("Anna", "\u{FF21}nna"), ("Zoë", "Zoe"), ("Anna", "Anna Berg"), ("Anna", "Anne"),
    ]

    private static let pairs =
        equal.map { Pair(stored: $0.0, comes: $0.1, likeness: .equal) } + alike.map { Pair(stored: $0.0, comes: $0.1, likeness: .alike) } + hidden

    /// Names with characters that nobody sees: control characters, fillers and a variation selector; a line end; a joiner, which changes the letters
    /// beside it.
    private static let hidden = [
        Pair(stored: "Anna", comes: "An\u{0}\u{7}\u{7F}n\u{3164}\u{180E}a\u{FE0F}", likeness: .unseen),
        Pair(stored: "Anna Maria", comes: "Anna\r\nMaria", likeness: .unseen),
        Pair(stored: "مینا", comes: "می\u{200C}نا", likeness: .joined),
        Pair(stored: "Anna", comes: "\u{0}\u{3164}\u{FE0F}\u{200D}", likeness: .blank),
    ]

    private enum Outcome: Equatable {
        /// The name is refused with 409 and the way to merge.
        case refused
        /// It is the person's who has the name.
        case joined
        /// It is another person's.
        case added
        /// It is refused with 400 and the field's name, or by the command.
        case invalid
        /// Two people have the name, each is shown with the other, and a merge makes one of them.
        case marked
    }

    /// - Returns: nil when the way gives nobody a name.
    private static func expectation(_ way: Way, _ pair: Pair) -> Outcome? {
        switch way {
        // Letters of full width are in no name that is spoken, and an introduction gives the first name.
        case .introduce where pair.comes.hasPrefix("\u{FF21}"): nil
        case .introduce where pair.comes == "Anna Berg": .joined
        // The page and the command line add the person first, and then have nobody to assign.
        case _ where pair.likeness == .blank: [Way.nameVoice, .assignSegment, .assignSpeaker].contains(way) ? nil : .invalid
        case .create, .rename, .commandAdd, .commandRename, .commandAddHere, .commandRenameHere: pair.isOne ? .refused : .added
        case .reuse, .enroll, .introduce, .nameVoice, .assignSegment, .assignSpeaker, .commandEnroll, .commandName, .commandNameHere:
            pair.isOne ? .joined : .added
        // A person's own name may be written in another way.
        case .renameSame: .joined
        // The ids of an archive are those of all that its people said.
        case .archive: pair.isOne ? .marked : .added
        }
    }

    @Test(arguments: Way.allCases) func `is one person's, however it is written`(way: Way) async throws {
        let users = Self.pairs.indices.map { "user-\($0)" }
        let said = Mutex<[String]>([])
        let engine = ScriptedEngine(
            word: { number in said.withLock { $0.isEmpty ? "" : $0[(number - 1) % $0.count] } }, speaker: { _ in SpeakerLabel(0) })
        let keys = TestKeys(valid: users, users: Dictionary(uniqueKeysWithValues: users.map { ($0, $0) }))
        try await TestGateway.with(engine, keys: keys, ears: way == .enroll || way == .commandEnroll ? TestEars() : nil) { gateway in
            for (pair, user) in zip(Self.pairs, users) where way != .introduce || pair.isSpoken {
                let cell: Comment = "\(pair.comes.debugDescription) for \(pair.stored)"
                let place = Place(gateway: gateway, user: user)
                try await place.fill(pair.stored)
                if way == .introduce { said.withLock { $0 = Self.introduction(pair.comes) } }
                let expected = Self.expectation(way, pair)
                let outcome = try await place.outcome(of: way, pair.comes, saying: said.withLock { $0 }, isHeard: expected != nil)
                #expect(outcome == expected, cell)
                let stored: [String] = try await place.people().compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
                let names = stored.map { NameKey($0) }, keepsName = way != .renameSame || pair.isOne || pair.likeness == .blank
                #expect(Set(names).count == names.count && names.contains(NameKey(pair.stored)) == keepsName, cell)
                #expect(!stored.contains { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } }, cell)
            }
        }
    }

    /// A name is heard with a capital letter.
    private static func introduction(_ name: String) -> [String] {
        let words = name.split(whereSeparator: \.isWhitespace).map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return ["My", "name", "is"] + words.dropLast() + [(words.last ?? "") + "."]
    }

    /// A user's people in a gateway.
    private struct Place {
        let gateway: TestGateway
        let user: String

        private var headers: HTTPHeaders { ["Authorization": "Bearer " + user, "Content-Type": "application/json"] }

        /// Adds a person with a name and another one, a voice without a name and a conversation.
        func fill(_ name: String) async throws {
            let store = try gateway.store(), owner = ID<User>(user), time = UnixTime(milliseconds: 0)
            for (id, name) in [("first", name), ("second", "Somebody")] {
                _ = try await store.add(Person(id: ID(id), name: name, created: time), reusing: false, of: owner)
            }
            guard let voiceprint = Voiceprint([0, 1, 0], model: "test") else { throw CocoaError(.featureUnsupported) }
            _ = try await store.add(NewVoice(id: ID("voice"), voiceprint: voiceprint, evidence: .seconds(12), created: time), of: owner)
            let segment = Segment(id: ID("s"), text: "Hello.", start: .zero, end: .seconds(1), speaker: SpeakerNumber(0))
            let conversation = Conversation(
                id: ID("c"), user: owner, status: .completed, source: "test", started: time, finished: UnixTime(milliseconds: 1_000),
                segments: [segment])
            _ = try await store.begin(conversation)
        }

        func people() async throws -> [JSONValue] {
            guard case .array(let people)? = try await ask(.get, "/people").json["people"] else { return [] }
            return people
        }

        func outcome(of way: Way, _ name: String, saying words: [String], isHeard: Bool) async throws -> Outcome? {
            switch way {
            case .create: try await outcome(ask(.post, "/people", ("name", .string(name))), merging: "POST /people/first/merge with")
            case .reuse: try await outcome(ask(.post, "/people", ("name", .string(name)), ("reuse", .bool(true))))
            case .rename:
                try await outcome(
                    ask(.patch, "/people/second", ("name", .string(name))), merging: #"POST /people/first/merge with {"person_id": "second"}"#)
            case .renameSame: try await outcome(ask(.patch, "/people/first", ("name", .string(name))))
            case .enroll: try await outcome(enroll(name))
            case .introduce: try await introduce(words, isHeard: isHeard)
            case .nameVoice: try await nameVoice(name)
            case .assignSegment: try await assign(name, ("segment_ids", .array([.string("s")])))
            case .assignSpeaker: try await assign(name, ("speaker_id", .int(0)))
            case .archive: try await archive(name)
            case .commandAdd, .commandAddHere: try await add(name, isHere: way == .commandAddHere)
            case .commandRename, .commandRenameHere: try await rename(name, isHere: way == .commandRenameHere)
            case .commandEnroll: try await enrollByCommand(name)
            case .commandName, .commandNameHere: try await nameVoiceByCommand(name, isHere: way == .commandNameHere)
            }
        }

        // MARK: Ways

        /// Returns the id of the person whom the page and the command line name something after.
        private func person(_ name: String) async throws -> JSONValue? {
            try await ask(.post, "/people", ("name", .string(name)), ("reuse", .bool(true))).json["id"]
        }

        private func nameVoice(_ name: String) async throws -> Outcome? {
            guard let person = try await person(name) else { return nil }
            return try await owner(after: ask(.patch, "/voices/voice", ("person_id", person)), of: "/voices", "voices")
        }

        private func assign(_ name: String, _ what: (String, JSONValue)) async throws -> Outcome? {
            guard let person = try await person(name) else { return nil }
            let answer = try await ask(.post, "/conversations/c/segments/assign", ("person_id", person), what)
            return try await owner(after: answer, of: "/conversations/c", "segments")
        }

        private func enroll(_ name: String) async throws -> (status: Int, json: JSONValue) {
            func part(_ head: String) -> [UInt8] { Array("--b\r\nContent-Disposition: form-data; \(head)\r\n\r\n".utf8) }
            let form =
                part(#"name="name""#) + Array(name.utf8) + Array("\r\n".utf8) + part(#"name="file"; filename="a.wav""#) + Self.voice
                + Array("\r\n--b--\r\n".utf8)
            return try await send(.post, "/people/enroll", "multipart/form-data; boundary=b", form)
        }

        /// A WAV file of seven seconds of one value, which is a voice for the test's ears.
        private static let voice: [UInt8] = {
            func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
            let data = (0..<7 * 16_000).flatMap { _ in bytes(Int16(8_000)) }
            var file = Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
            file += bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(UInt32(16_000)) + bytes(UInt32(32_000)) + bytes(UInt16(2)) + bytes(UInt16(16))
            return file + Array("data".utf8) + bytes(UInt32(data.count)) + data
        }()

        /// - Parameter isHeard: false if nobody should be told of. The session then ends in order behind the last word: its conversation, and all that is
        ///   told of it, comes before the close.
        private func introduce(_ words: [String], isHeard: Bool) async throws -> Outcome? {
            let socket = try await gateway.connect(
                "/v4/listen?language=en&sample_rate=16000&codec=pcm16&speaker_auto_assign=enabled&source=desktop", headers: headers)
            let piece = (0..<1_600).flatMap { _ in [UInt8(truncatingIfNeeded: 8_000), UInt8(truncatingIfNeeded: 8_000 >> 8)] }
            for _ in 0..<10 * words.count { socket.send(binary: piece) }
            // The last word without its full stop.
            let last = words.last?.dropLast() ?? ""
            var isOver = isHeard
            let told = await socket.next { message in
                if !isOver, message.contains(last) {
                    isOver = true
                    socket.send(text: #"{"type":"finish"}"#)
                }
                // A person who is made has an id, which is told once it is stored.
                return message.contains("speaker_label_suggestion") && !message.contains(#""person_id":"""#)
            }
            socket.close()
            return try told.map { try JSONValue(parsing: Array($0.utf8))["person_id"] == .string("first") ? .joined : .added }
        }

        private func archive(_ name: String) async throws -> Outcome? {
            var json = JSONWriter()
            json.value(name)
            let people = ArchivedFile("people.json", #"{"people":[{"id":"third","name":\#(json.text),"created_at":"2026-01-02T03:04:05Z"}]}"#)
            let outcome = try await gateway.importFiles([.head, people], key: user)
            if outcome.rejectedCount == 1, outcome.text.contains("a person lacks the id, the name") { return .invalid }
            guard outcome.status == 200, outcome.rejectedCount == 0, case .array(let pairs)? = outcome.json["namesakes"] else { return nil }
            guard pairs.count == 1 else { return try await self.people().count == 3 ? .added : nil }
            let marks = try await self.people().map { ($0["id"], $0["same_name_as"]) }.filter { $0.1 != nil }
            guard marks.count == 2, marks.allSatisfy({ $0.0 != $0.1 }) else { return nil }
            guard try await ask(.post, "/people/first/merge", ("person_id", .string("third"))).status == 200 else { return nil }
            return try await self.people().count == 2 ? .marked : nil
        }

        // MARK: Commands

        /// The beginning of the commands' message about a name of which nothing is seen.
        private static let invalid = "a name needs letters"

        private func add(_ name: String, isHere: Bool) async throws -> Outcome? {
            try await outcome(run(PeopleAdd.self, [name], isHere: isHere), name, merging: "harken people merge PERSON first")
        }

        private func rename(_ name: String, isHere: Bool) async throws -> Outcome? {
            try await outcome(run(PeopleRename.self, ["second", name], isHere: isHere), name, merging: "harken people merge second first")
        }

        private func enrollByCommand(_ name: String) async throws -> Outcome? {
            let folder = TemporaryFolder()
            let said = try await run(PeopleAdd.self, [name, folder.write(Self.voice, as: "a.wav")], isHere: false)
            guard said.isDone else { return said.text.contains(Self.invalid) ? .invalid : nil }
            return said.text.contains("(first) existed already") ? .joined : said.text.contains(" was added") ? .added : nil
        }

        private func nameVoiceByCommand(_ name: String, isHere: Bool) async throws -> Outcome? {
            let said = try await run(PeopleName.self, ["voice", name], isHere: isHere)
            guard said.isDone else {
                #expect(said.text.contains(Self.invalid), "\(said.text)")
                return .invalid
            }
            return try await owner(after: (200, .null), of: "/voices", "voices")
        }

        /// Runs a command with the gateway's address, or with its data directory, and returns all that the command writes.
        private func run<Chosen: Command>(_ command: Chosen.Type, _ words: [String], isHere: Bool) async throws -> (isDone: Bool, text: String) {
            let folder = TemporaryFolder(), path = try folder.write([UInt8](), as: "said"), environment = ["HOME": folder.path]
            let file = try #require(FileHandle(forWritingAtPath: path))
            defer { try? file.close() }
            let place =
                isHere ? ["--data", gateway.directory, "--user", user] : ["--url", "http://127.0.0.1:\(gateway.port)", "--key", user]
            let stream = StandardStream(descriptor: file.fileDescriptor)
            let arguments = try Arguments(words + place, for: Chosen.description, environment: environment)
            let chosen: Chosen
            do { chosen = try Chosen(arguments) } catch { return (false, "\(error)") }
            let status = await chosen.run(CommandContext(environment: environment, output: stream, diagnostics: stream))
            return (status == .done, try String(contentsOfFile: path, encoding: .utf8))
        }

        private func outcome(_ said: (isDone: Bool, text: String), _ name: String, merging advice: String) async throws -> Outcome? {
            guard said.isDone else { return said.text.contains(advice) ? .refused : said.text.contains(Self.invalid) ? .invalid : nil }
            let others = try await people().filter { $0["id"] != .string("first") }
            let key = NameKey(name)
            return others.contains { if case .string(let name)? = $0["name"] { NameKey(name) == key } else { false } } ? .added : nil
        }

        // MARK: Outcomes

        private func outcome(_ answer: (status: Int, json: JSONValue), merging advice: String = "") throws -> Outcome? {
            switch answer.status {
            case 409:
                guard case .string(let message)? = answer.json["error"]?["message"] else { return nil }
                return message.contains(advice) ? .refused : nil
            case 200, 201: return answer.json["id"] == .string("first") ? .joined : .added
            case 400:
                guard case .string(let message)? = answer.json["error"]?["message"] else { return nil }
                return message.contains("\"name\"") ? .invalid : nil
            case _: return nil
            }
        }

        /// Returns whose the first object of a list is after a request.
        private func owner(after answer: (status: Int, json: JSONValue), of path: String, _ list: String) async throws -> Outcome? {
            guard 200..<300 ~= answer.status, case .array(let objects)? = try await ask(.get, path).json[list],
                case .string(let person)? = objects.first?["person_id"]
            else { return nil }
            return person == "first" ? .joined : .added
        }

        private func ask(_ method: HTTPMethod, _ path: String, _ members: (String, JSONValue)...) async throws -> (status: Int, json: JSONValue) {
            guard !members.isEmpty else { return try await send(method, path, "application/json", nil) }
            var json = JSONWriter()
            json.value(JSONValue.object(members.map { JSONValue.Member(name: $0.0, value: $0.1) }))
            return try await send(method, path, "application/json", json.bytes)
        }

        private func send(_ method: HTTPMethod, _ path: String, _ type: String, _ body: [UInt8]?) async throws -> (status: Int, json: JSONValue) {
            let headers: HTTPHeaders = ["Authorization": "Bearer " + user, "Content-Type": type]
            let answer = try await gateway.send(method, "/api/v1" + path, headers: headers, body: body)
            return (answer.status, (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null)
        }
    }
}
