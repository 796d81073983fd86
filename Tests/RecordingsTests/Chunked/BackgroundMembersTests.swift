import Foundation
import Framing
import Protocols
import Speech
import Testing

@testable import Recordings

/// No member that a client of background work may send is taken and dropped: it is read, named in the answer, or refused.
@Suite struct `What clients of background work send` {
    enum Route: String, Sendable, CaseIterable {
        case start = "`background-conversation/start`"
        case chunk = "`background-transcribe`"
        case files = "`/v2/sync-local-files`"

        var options: [VendorOption] { Catalogue.backgroundRoutes.first { $0.title == rawValue }?.options ?? [] }

        /// Members without which a request is refused.
        var usual: [(name: String, value: String)] {
            self == .chunk ? [("chunk_start_ms", "0"), ("conversation_id", "c0"), ("chunk_id", "a")] : []
        }
    }

    struct Member: Sendable, CustomTestStringConvertible {
        var route: Route
        var name: String
        var value: String
        /// The name in the answer; nil: the request is refused.
        var told: String?

        init(_ route: Route, _ name: String, _ value: String, told: String? = nil) {
            self.route = route
            self.name = name
            self.value = value
            self.told = told
        }

        var testDescription: String { "\(route.rawValue): \(name)=\(value.prefix(20))" }
    }

    private static let now = UnixTime(milliseconds: 1_795_822_000_000)

    /// Returns the request as it was read, with the names that the answer has.
    private static func read(_ route: Route, _ members: [(name: String, value: String)]) throws -> (request: String, ignored: [String]) {
        var query = URLQuery()
        for member in members { query.add(member.name, member.value) }
        switch route {
        case .start:
            let body = "{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
            var request = try ChunkedRecordingStart(Array(body.utf8), now: now)
            let ignored = request.ignored
            request.ignored = []
            return ("\(request)", ignored)
        case .chunk:
            var request = try ChunkRequest(query, now: now)
            let ignored = request.ignoredNames(with: .local)
            request.ignored = []
            return ("\(request)", ignored)
        case .files:
            var request = try DeviceFilesRequest(query, [], now: now)
            let fields = members.map { UploadForm.Field(name: $0.name, value: $0.value) }
            #expect(try DeviceFilesRequest(URLQuery(), fields, now: now) == request)
            let ignored = request.ignored
            request.ignored = []
            return ("\(request)", ignored)
        }
    }

    private static func read(_ member: Member) throws -> (request: String, ignored: [String]) {
        try read(member.route, member.route.usual.filter { $0.name != member.name } + [(name: member.name, value: member.value)])
    }

    /// The members of the tables, with values that differ from their defaults.
    static let members: [Member] = Route.allCases.flatMap { route in route.options.map { Member(route, $0.name, $0.example) } }

    @Test(arguments: members)
    func `is read, and not named`(member: Member) throws {
        let base = try Self.read(member.route, member.route.usual), given = try Self.read(member)
        #expect(given.ignored == [])
        // Chunks have one channel, and files are parts of a form.
        guard !["channels", "files"].contains(member.name) else { return }
        #expect(given.request != base.request, "\(given.request)")
    }

    static let wrong = [
        Member(.start, "language", #""e""#), Member(.start, "language", "7"), Member(.start, "source", #""foo""#), Member(.start, "source", "{}"),
        Member(.start, "client_conversation_id", "7"),
        Member(.start, "client_conversation_id", #""mine""#, told: "client_conversation_id"),
        Member(.start, "title", "\"" + String(repeating: "x", count: 1_001) + "\""), Member(.start, "title", "[]"),
        Member(.start, "started_at", #""yesterday""#), Member(.start, "started_at", "true"),
        Member(.chunk, "chunk_id", String(repeating: "x", count: 129)), Member(.chunk, "chunk_start_ms", "abc"),
        Member(.chunk, "chunk_start_ms", "-1"), Member(.chunk, "sample_rate", "fast"), Member(.chunk, "channels", "2"),
        Member(.chunk, "track", "x"), Member(.chunk, "encoding", "wax"), Member(.chunk, "language", "e"),
        Member(.chunk, "keywords", "x", told: "keywords=x"),
        Member(.chunk, "keywords", String(repeating: "x", count: 81), told: "keywords=" + String(repeating: "x", count: 81)),
        Member(.chunk, "persist", "maybe"), Member(.chunk, "persist", "2"), Member(.chunk, "started_at", "yesterday"),
        Member(.files, "language", "e"), Member(.files, "source", "foo"), Member(.files, "track", "x"), Member(.files, "started_at", "yesterday"),
    ]

    @Test(arguments: wrong)
    func `is refused or named where its value is wrong`(member: Member) {
        let names = (try? Self.read(member))?.ignored
        #expect(names == member.told.map { [$0] })
    }

    @Test(arguments: Route.allCases)
    func `has a wrong value for each member`(route: Route) {
        let names = Set(Self.wrong.filter { $0.route == route }.map(\.name))
        // Any text names a conversation, which there is or is not; files are parts of a form.
        #expect(names == Set(route.options.map(\.name)).subtracting(["conversation_id", "files"]))
        #expect(!names.isEmpty)
    }

    @Test(arguments: [
        Member(.start, "diarize", "true", told: "diarize"), Member(.start, "keywords", #"["Harken"]"#, told: "keywords"),
        Member(.chunk, "diarize", "true", told: "diarize"), Member(.chunk, "engine", "deepgram", told: "engine"),
        Member(.chunk, "source", "phone", told: "source"), Member(.files, "keywords", "Harken", told: "keywords"),
        Member(.files, "title", "A walk", told: "title"),
    ])
    func `is named where nobody knows it`(member: Member) throws {
        #expect(try Self.read(member).ignored == member.told.map { [$0] })
    }

    @Test(arguments: [
        Member(.start, "diarize", "false"), Member(.start, "later", "null"), Member(.start, "client_conversation_id", "null"),
        Member(.chunk, "diarize", "false"), Member(.chunk, "keywords", ","), Member(.chunk, "persist", ""), Member(.files, "title", ""),
    ])
    func `is nothing that asks for nothing`(member: Member) throws {
        let base = try Self.read(member.route, member.route.usual), given = try Self.read(member)
        #expect(given == base)
    }

    @Test(arguments: [("1", true), ("TRUE", true), ("yes", true), ("0", false), ("False", false), ("no", false), ("off", false)])
    func `says in several words that a chunk is kept`(value: String, isKept: Bool) throws {
        var query: URLQuery = ["chunk_start_ms": "0", "conversation_id": "c0", "chunk_id": "a"]
        query.add("persist", value)
        #expect(try ChunkRequest(query, now: Self.now).isKept == isKept)
    }

    @Test func `has its words cut by their number, and each is named`() throws {
        let words = (0..<102).map { "word\($0)" }
        let query: URLQuery = ["chunk_start_ms": "0", "keywords": (words + ["word1"]).joined(separator: ",")]
        let request = try ChunkRequest(query, now: Self.now)
        #expect(request.keywords == Array(words.prefix(100)))
        #expect(request.ignoredNames(with: .local) == ["keywords=word100", "keywords=word101"])
    }

    @Test func `has its words named by one name, also where the engine's vendor has no room`() throws {
        // Capitals and digits take the most room at the vendor.
        let words = (0..<99).map { "NAME\(1_000 + $0)" }
        let request = try ChunkRequest(["chunk_start_ms": "0", "keywords": (words + ["x"]).joined(separator: ",")], now: Self.now)
        let cut = Catalogue.cut(words, model: nil, with: EngineName("deepgram"))
        #expect(!cut.isEmpty)
        #expect(request.ignoredNames(with: EngineName("deepgram")) == ["keywords=x"] + cut.map { "keywords=" + $0 })
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Recordings/Chunked")
        .standardized

    @Test(arguments: [("ChunkRequest", Route.chunk), ("ChunkedRecordingStart", .start), ("DeviceFilesRequest", .files)])
    func `is in a table if it is read`(file: String, route: Route) throws {
        let known = Set(route.options.map(\.name))
        let source = try String(contentsOf: Self.folder.appending(path: file + ".swift"), encoding: .utf8)
        let reads = source.matches(of: #/(?:\.first\(|[ (.]text\(|root\[)"([a-z_]+)"/#)
        #expect(!reads.isEmpty)
        for read in reads { #expect(known.contains(String(read.output.1)), "\(read.output.1) is read, and is in no table") }
    }
}
