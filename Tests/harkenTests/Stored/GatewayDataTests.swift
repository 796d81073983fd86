import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@testable import harken

/// The commands on stored data, asked of a running gateway and of its data directory.
@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `Commands on a gateway's data` {
    private let folder = TemporaryFolder()
    private var data: String { folder.path(of: "data") }
    private var environment: [String: String] { ["HOME": folder.path] }

    private func run(_ words: [String], _ more: [String: String] = [:]) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(words, environment: environment.merging(more) { $1 })
    }

    private func fill() async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: data))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        let anna = try await store.add(Person(id: ID("person-anna"), name: "Anna", created: UnixTime(milliseconds: 0)), reusing: true, of: .local)
        for (number, place) in [[Float(1), 0, 0], [0, 1, 0], [0, 0, 1]].enumerated() {
            let voiceprint = try #require(Voiceprint(place, model: "test"))
            _ = try await store.add(
                NewVoice(
                    id: ID("voice-\(number + 1)"), owner: number == 2 ? .person(anna.id) : .nobody, voiceprint: voiceprint, evidence: .seconds(4),
                    // A gateway deletes voices without a name that were not heard for a year.
                    created: UnixTime(milliseconds: 1_800_000_000_000)), of: .local)
        }
        let segments = [
            Segment(
                id: ID("s1"), text: "Where is the \u{1B}[31m <harbour>?", start: .seconds(1), end: .seconds(3), speaker: SpeakerNumber(0),
                identity: SpeakerIdentity(.person(anna.id), by: .manual)),
            Segment(
                id: ID("s2"), text: "The harbour is down there.", start: .seconds(65), end: .seconds(67), speaker: SpeakerNumber(1),
                identity: SpeakerIdentity(.voice(ID("voice-2")), by: .voiceprint)),
        ]
        for (id, start) in [("first", 0 as Int64), ("second", 86_400_000)] {
            _ = try await store.begin(
                Conversation(
                    id: ID(id), user: .local, status: .completed, source: "test", language: LanguageTag("en"), title: "Harbour", summary: "Ships.",
                    started: UnixTime(milliseconds: 1_700_000_000_000 + start), finished: UnixTime(milliseconds: 1_700_000_070_000 + start),
                    segments: id == "first" ? segments : []))
        }
        for (id, failure) in [("delivery-1", DeliveryFailure.refused(status: 404)), ("delivery-2", .unreachable)] {
            _ = try await store.add(
                WebhookDelivery(id: ID(id), user: .local, conversation: ID("first")), due: UnixTime(milliseconds: 1_700_000_000_000))
            try await store.giveUpDelivery(ID(id), after: failure, at: UnixTime(milliseconds: 1_700_000_100_000))
        }
    }

    private func gateway() async throws -> (process: ChildProcess, url: String) {
        let process = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: environment)
        return (process, try #require(try await process.line(beginning: "harken: ready on ")))
    }

    @Test func `read the same as in the data directory`() async throws {
        try await fill()
        let (process, url) = try await gateway()
        defer { process.signal(SIGTERM) }
        let commands = [
            "conversations list", "conversations list --json", "conversations list --limit 1", "conversations list --gaps",
            "conversations list --from 2023-11-15 --json",
            "conversations show f", "conversations show last", "conversations show first --json", "conversations export first --format srt",
            "conversations export first --format text", "conversations export first", "search harbour", "search harbour --json",
            "search harbour --person anna", "search harbour --from 2030-01-01", "people list", "people list --json", "usage", "usage --by key --json",
            "usage --all",
            "keys list", "keys list --json", "users list", "users list --json", "webhooks list", "webhooks list --json", "webhooks list --waiting",
        ]
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let here = try await run(words + ["--data", data]), there = try await run(words + ["--url", url])
            #expect(there.output == here.output, "\(command)")
            #expect(there.diagnostics == here.diagnostics, "\(command)")
            #expect(there.status == 0 && here.status == 0, "\(command)")
        }
        #expect(try await run(["conversations", "show", "f"], ["HARKEN_URL": url]).output.contains("[1:05] Speaker 2: The harbour is down there.\n"))
        let missing = try await run(["conversations", "show", "none", "--url", url])
        #expect(missing.status == 1 && missing.diagnostics.hasSuffix(": the user has no conversation none at \(url)\n"), "\(missing)")
        #expect(try await run(["people", "list", "--url", url, "--user", "ann"]).status == 2)
        for place in [["--url", url], ["--data", data]] {
            let listed = try await run(["webhooks", "list"] + place)
            #expect(listed.output.contains("The receiver refused the delivery with status 404.") && listed.output.contains("delivery-2"))
            let rows = listed.output.split(separator: "\n").filter { $0.contains("delivery-") }
            #expect(rows.count == 2 && rows.allSatisfy { $0.split(separator: " ").contains("1") }, "one attempt each: \(listed.output)")
            let resent = try await run(["webhooks", "resend"] + place)
            #expect(resent.status == 1 && resent.diagnostics.contains("no webhook is on"), "\(resent)")
            #expect(try await run(["webhooks", "remove", "delivery"] + place).status == 1)
        }
        #expect(try await run(["webhooks", "remove", "delivery-1", "--url", url]).status == 0)
        #expect(try await run(["webhooks", "remove", "delivery-2", "--data", data]).status == 0)
        #expect(try await run(["webhooks", "list", "--url", url]).diagnostics.contains("no delivery was given up"))
        // What the command line names counts before the environment.
        #expect(try await run(["people", "list", "--data", folder.path(of: "none")], ["HARKEN_URL": url]).diagnostics.contains("there is no data"))
    }

    /// Zones in which midnight is not near, so that a day does not end during a test. At most one zone is left out at any time.
    private static let zones = ["Asia/Tokyo", "Pacific/Auckland", "Africa/Cairo", "America/Los_Angeles"].filter { name in
        TimeZone(identifier: name).map { (1..<23).contains(Calendar.current.dateComponents(in: $0, from: .now).hour ?? 0) } ?? false
    }

    @Test(arguments: zones)
    func `take today for the day in the user's time zone`(zone: String) async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: data))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        try await store.set("time_zone", to: zone, of: .local)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        let today = calendar.startOfDay(for: .now), yesterday = try #require(calendar.date(byAdding: .day, value: -1, to: today))
        for (id, day, seconds) in [("late", today, 60.0), ("early", today, -60), ("last", yesterday, 60), ("past", yesterday, -60)] {
            let start = UnixTime(milliseconds: Int64((day.timeIntervalSince1970 + seconds) * 1_000))
            let segment = Segment(id: ID("s-\(id)"), text: "The harbour.", start: .zero, end: .seconds(1))
            _ = try await store.begin(
                Conversation(
                    id: ID(id), user: .local, status: .completed, source: "test", title: "Harbour", started: start, finished: start + .seconds(1),
                    segments: [segment]))
        }
        let (process, url) = try await gateway()
        defer { process.signal(SIGTERM) }
        for place in [["--url", url], ["--data", data]] {
            for command in [["conversations", "list"], ["search", "harbour"]] {
                for (limits, expected) in [
                    (["--from", "today"], ["late"]), (["--from", "yesterday"], ["late", "early", "last"]),
                    (["--from", "yesterday", "--to", "today"], ["early", "last"]), (["--to", "yesterday"], ["past"]),
                ] {
                    let found = try await run(command + limits + ["--json"] + place)
                    for id in ["late", "early", "last", "past"] {
                        #expect(found.output.contains("\"\(id)\"") == expected.contains(id), "\(zone), \(command + limits): \(found)")
                    }
                }
            }
        }
    }

    @Test func `move everything to another gateway, once`() async throws {
        try await fill()
        let (process, url) = try await gateway()
        defer { process.signal(SIGTERM) }
        let there = folder.path(of: "there.tar"), here = folder.path(of: "here.tar"), other = folder.path(of: "other")
        let exported = try await run(["export", there, "--url", url])
        #expect(exported.status == 0 && exported.diagnostics.contains("there.tar has all data of"), "\(exported)")
        #expect(try await run(["export", here, "--data", data, "--no-audio"]).status == 0)
        let again = try await run(["export", here, "--data", data])
        #expect(again.status == 1 && again.diagnostics.contains("exists"), "\(again)")
        #expect(!FileManager.default.fileExists(atPath: here + ".partial"))
        let taken = try await run(["import", there, here, "--data", other, "--json"])
        let reports = taken.output.split(separator: "\n")
        #expect(taken.status == 0 && reports.count == 2, "\(taken)")
        #expect(reports.first?.contains(#""conversations":{"added":2,"present":0}"#) == true)
        #expect(reports.last?.contains(#""conversations":{"added":0,"present":2}"#) == true)
        for command in [["conversations", "list"], ["conversations", "show", "first", "--json"], ["people", "list", "--json"]] {
            #expect(try await run(command + ["--data", other]).output == run(command + ["--data", data]).output, "\(command)")
        }
        let present = try await run(["import", there, "--url", url])
        #expect(present.status == 0 && present.output.contains("ADDED") && !present.output.contains("left out"), "\(present)")
        // A conversation that goes on while it is exported is left out, and a script sees it.
        let database = try SQLiteDatabase(in: DataDirectory(creating: other))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        #expect(
            try await store.begin(
                Conversation(
                    id: ID("open"), user: .local, status: .inProgress, source: "test", started: UnixTime(milliseconds: 1_700_000_000_000),
                    finished: UnixTime(milliseconds: 1_700_000_000_000), segments: [])))
        let open = folder.path(of: "open.tar")
        #expect(try await run(["export", open, "--data", other]).status == 0)
        let left = try await run(["import", open, "--data", folder.path(of: "third")])
        #expect(left.status == 1 && left.output.contains(": the conversation open was not over"), "\(left)")
        #expect(left.diagnostics.contains("1 objects are left out"), "\(left)")
        let wrong = try await run(["import", try folder.write([1, 2, 3], as: "wrong.tar"), "--data", other])
        #expect(wrong.status == 1 && wrong.diagnostics.contains("is not an archive of harken export"), "\(wrong)")
    }

    @Test func `change people, voices and conversations`() async throws {
        try await fill()
        let (process, url) = try await gateway()
        defer { process.signal(SIGTERM) }
        func change(_ words: String..., saying expected: String) async throws {
            let outcome = try await run(words + ["--url", url])
            #expect(outcome.status == 0 && outcome.diagnostics.contains(expected), "\(words): \(outcome)")
        }
        try await change("people", "add", "Bob", saying: "was added")
        let second = try await run(["people", "add", "bob", "--url", url])
        #expect(second.status == 1 && second.diagnostics.contains("harken people merge PERSON"), "\(second)")
        let sample = try await run(["people", "add", "Carl", folder.path(of: "voice.wav"), "--url", url])
        #expect(sample.status == 1 && sample.diagnostics.contains("voice.wav: no such file or directory"), "\(sample)")
        for name in ["Anna", "ANNA", " anna "] {
            #expect(try await run(["people", "add", name, "--url", url]).status == 1)
            let taken = try await run(["people", "rename", "bob", name, "--url", url])
            #expect(taken.status == 1 && taken.diagnostics.contains("harken people merge") && taken.diagnostics.contains("person-anna"), "\(taken)")
        }
        try await change("people", "rename", "bob", "Robert", saying: "was Bob")
        try await change("people", "merge", "Speaker 2", "Speaker 1", saying: "has all data of Speaker 2 now")
        try await change("people", "name", "Speaker 1", "Vera", saying: "is the name of Speaker 1 now")
        try await change("people", "merge", "vera", "Anna", saying: "has all data of Vera now")
        try await change("people", "delete", "Robert", saying: "is forgotten")
        #expect(try await run(["conversations", "show", "first", "--data", data]).output.contains("[1:05] Anna: "))
        try await change("conversations", "rename", "sec", "At sea", saying: "second is \"At sea\" now")
        let again = try await run(["conversations", "rename", "sec", "", "--json", "--data", data])
        #expect(again.status == 0 && again.output.hasPrefix(#"{"id":"second","title":"#) && !again.output.contains("At sea"), "\(again)")
        let long = try await run(["conversations", "rename", "sec", String(repeating: "x", count: 1_001), "--url", url])
        #expect(long.status == 2 && long.diagnostics.contains("the title must be a text of at most 1000 bytes"), "\(long)")
        try await change("conversations", "delete", "first", "sec", saying: "2 conversations are deleted; until")
        try await change("conversations", "restore", "sec", "first", saying: "2 conversations are restored")
        try await change("conversations", "delete", "first", "sec", saying: "they come back with: harken conversations restore second first")
        try await change("conversations", "delete", "--for-good", "first", "sec", saying: "2 conversations are deleted for good")
        #expect(try await run(["conversations", "restore", "last", "--url", url]).status == 1)
        let list = try await run(["conversations", "list", "--data", data])
        #expect(list.output == "" && list.diagnostics == "no conversations\n")
        let missing = try await run(["people", "delete", "nobody", "--url", url])
        #expect(missing.status == 1 && missing.diagnostics.contains("has no person or voice nobody at \(url)"))
    }

    @Test func `manage keys with an administrator's key`() async throws {
        let (process, url) = try await gateway()
        defer { process.signal(SIGTERM) }
        let first = try await run(["keys", "create", "--scope", "admin", "--name", "boss", "--url", url])
        let key = first.output.split(separator: "\n").joined()
        #expect(key.hasPrefix("hk_") && first.diagnostics.contains("save the key now"), "\(first)")
        let refused = try await run(["keys", "list", "--url", url])
        #expect(refused.status == 1 && refused.diagnostics == "harken keys list: \(url) needs a key; give it with --key or HARKEN_KEY\n")
        let second = try await run(["keys", "create", "--credits", "60", "--user", "ann", "--json", "--url", url, "--key", key])
        let made = try #require(try JSONSerialization.jsonObject(with: Data(second.output.utf8)) as? [String: Any])
        let id = try #require(made["id"] as? String), ordinary = try #require(made["key"] as? String)
        let credited = try await run(["keys", "topup", id, "40", "--url", url], ["HARKEN_KEY": key])
        #expect(credited.diagnostics == "key \(id) has 100 seconds of credit now\n")
        let list = try await run(["keys", "list", "--url", url, "--key", key])
        #expect(try await run(["keys", "list", "--data", data]).output == list.output)
        let forbidden = try await run(["keys", "list", "--url", url, "--key", ordinary])
        #expect(forbidden.status == 1 && forbidden.diagnostics.contains("admin"), "\(forbidden)")
        #expect(try await run(["people", "list", "--url", url, "--key", ordinary]).status == 0)
        #expect(try await run(["keys", "revoke", id, "--url", url, "--key", key]).diagnostics == "\(id) is revoked\n")
        #expect(try await run(["keys", "revoke", "none", "--url", url, "--key", key]).diagnostics.contains("there is no key none at \(url)"))
        #expect(try await run(["people", "list", "--url", url, "--key", ordinary]).diagnostics.contains("needs a valid key"))
    }
}
