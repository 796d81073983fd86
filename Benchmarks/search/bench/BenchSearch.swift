import Conversations
import Foundation
import LocalEngine
import Speech
import Store

/// How long a search takes over a million segments of one user.
@main
enum BenchSearch {
    private struct Row: Encodable {
        var query: String
        /// Milliseconds, the making of the query's vector included.
        var p50: Double
        var p95: Double
        /// Of the plain way to the same, which is named.
        var anchor: String?
        var anchorP50: Double?
        var anchorP95: Double?
        /// Hits of a query, on average, of 20 at most.
        var hits: Double
    }

    private struct Report: Encodable {
        var segments: Int
        var realVectors: Int
        var buildSeconds: Double
        var loadSeconds: Double
        /// From a conversation's deletion to when none of its bytes is on the disk.
        var eraseSeconds: Double
        /// For the index of words to be made anew, as at a start with a store of an earlier version.
        var indexSeconds: Double
        var databaseMegabytes: Int
        var residentMegabytes: Int
        var embeddingP50: Double
        var embeddingP95: Double
        var recallAt10: Double
        var rows: [Row]
    }

    /// Arguments: an empty folder for the corpus, and the folder for the figures as JSON, if they are wanted.
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let work = CommandLine.arguments.dropFirst().first else {
            FileHandle.standardError.write(Data("bench-search: name an empty folder to work in\n".utf8))
            exit(2)
        }
        let count = max(2_000, environment["HARKEN_BENCH_SEGMENTS"].flatMap { Int($0) } ?? 1_000_000)
        let folder = ModelFolder(environment: environment)
        let embedding: SentenceEmbedder
        do {
            embedding = try SentenceEmbedder(folder, InferenceRuntime(path: folder.path(of: .runtime)), threads: 2)
        } catch {
            print("Search is left out, because the model of sentences is not there: \(error)")
            return
        }
        let clock = ContinuousClock()
        say("making \(Corpus.real(of: count)) vectors")
        let corpus = try await Corpus(
            count: count, embedding: embedding, manifest: environment["HARKEN_MANIFEST"] ?? "../shared/audio/manifest.jsonl")
        let directory = try DataDirectory(creating: work)
        // Only what is compared with plain FTS5, and the size of the file, need SQLite.
        let sqlite = environment["HARKEN_DATABASE_URL"] == nil ? try SQLiteDatabase(in: directory) : nil
        let address = environment["HARKEN_DATABASE_URL"].flatMap { PostgresAddress($0) }
        guard let database: any SQLDatabase = try sqlite ?? address.map({ try PostgresDatabase(at: $0) }) else {
            return say("HARKEN_DATABASE_URL is not the URL of a PostgreSQL database")
        }
        let store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { UnixTime(milliseconds: Corpus.begin) })
        say("writing \(count) segments")
        let build = try await clock.measure { try await corpus.write(to: store, model: embedding.model) }
        try await database.settle()
        let load = try await clock.measure {
            _ = try await store.search(SearchQuery("anything at all", by: .meaning), embedding: embedding, of: corpus.user)
        }

        let queries = Queries(corpus)
        let embeddings = try await measure(queries.texts(.meaning, 100)) { _ = try await embedding.embed([$0.text]) }
        var rows: [Row] = []
        let plain = try PlainSearch(sqlite, corpus)
        for kind in Queries.Kind.allCases {
            say("asking for \(kind.rawValue)")
            let asked = queries.texts(kind, 200)
            // Once before, as a gateway that has been asked before: the pages of the index are in memory.
            for query in asked.prefix(20) { _ = try await store.search(query, embedding: embedding, of: corpus.user) }
            var hits = 0
            let times = try await measure(asked) { hits += try await store.search($0, embedding: embedding, of: corpus.user).hits.count }
            var row = Row(
                query: kind.rawValue, p50: times.percentile(0.5), p95: times.percentile(0.95), hits: Double(hits) / Double(asked.count))
            if sqlite != nil, let expressions = queries.plain(kind, 40) {
                let anchor = try await measure(expressions) { try plain.words($0) }
                (row.anchor, row.anchorP50, row.anchorP95) = ("FTS5 ORDER BY rank", anchor.percentile(0.5), anchor.percentile(0.95))
            } else if kind == .meaning {
                let vectors = try await embedding.embed(queries.texts(kind, 20).map(\.text))
                let anchor = try await measure(vectors) { _ = plain.nearest($0, 10) }
                (row.anchor, row.anchorP50, row.anchorP95) = ("all vectors", anchor.percentile(0.5), anchor.percentile(0.95))
            }
            rows.append(row)
        }
        say("comparing with all vectors")
        var found = 0, wanted = 0
        for query in queries.texts(.meaning, 100) {
            var first = query
            first.limit = 10
            let hits = try await store.search(first, embedding: embedding, of: corpus.user).hits.map(\.segment.rawValue)
            let nearest = plain.nearest(try await embedding.embed([query.text])[0], 10).map { "s\($0)" }
            found += Set(nearest).intersection(hits).count
            wanted += nearest.count
        }
        let erase = try await clock.measure {
            _ = try await store.delete(ID<Conversation>("c7"), of: corpus.user)
            try await store.settle()
        }
        say("making the index of words anew")
        let index = try await clock.measure {
            try await sqlite?.write { (connection) throws(StoreError) in
                try connection.run("INSERT INTO segment_words (segment_words) VALUES ('rebuild')")
            }
        }
        let report = Report(
            segments: count, realVectors: corpus.vectors.count, buildSeconds: build.seconds, loadSeconds: load.seconds, eraseSeconds: erase.seconds,
            indexSeconds: index.seconds, databaseMegabytes: size(directory.database) >> 20, residentMegabytes: resident() >> 20,
            embeddingP50: embeddings.percentile(0.5), embeddingP95: embeddings.percentile(0.95), recallAt10: Double(found) / Double(max(1, wanted)),
            rows: rows)
        show(report)
        guard let results = CommandLine.arguments.dropFirst(2).first else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(fileURLWithPath: results + "/search.json"))
    }

    // MARK: - Figures

    /// One query after the other, each timed, in milliseconds and in order of time.
    private static func measure<Query>(_ queries: [Query], _ body: (Query) async throws -> Void) async throws -> [Double] {
        let clock = ContinuousClock()
        var times: [Double] = []
        for query in queries {
            let start = clock.now
            try await body(query)
            times.append((clock.now - start).seconds * 1_000)
        }
        return times.sorted()
    }

    private static func show(_ report: Report) {
        func text(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "" }
        print(
            """

            Search over \(report.segments) segments, \(report.realVectors) vectors by the model and copies that were moved. Milliseconds, with the query's vector \
            (p50 \(text(report.embeddingP50)), p95 \(text(report.embeddingP95))):

            | query | p50 | p95 | hits | the plain way | p50 | p95 |
            |---|---|---|---|---|---|---|
            """)
        for row in report.rows {
            print(
                "| \(row.query) | \(text(row.p50)) | \(text(row.p95)) | \(text(row.hits)) | \(row.anchor ?? "") | \(text(row.anchorP50)) | "
                    + "\(text(row.anchorP95)) |")
        }
        print(
            """

            Of the ten nearest vectors the first ten hits have \(String(format: "%.3f", report.recallAt10)). Written in \(text(report.buildSeconds)) s, \
            windows read in \(text(report.loadSeconds)) s, a deleted conversation off the disk in \(text(report.eraseSeconds)) s, \
            the index of words made anew in \(text(report.indexSeconds)) s; \
            database \(report.databaseMegabytes) MB, resident \(report.residentMegabytes) MB (\((report.segments * 384 * 4) >> 20) of it are \
            the vectors of the plain way).
            """)
        let slow = report.rows.filter { $0.p95 > 30 }.map(\.query)
        print(slow.isEmpty ? "All are within 30 ms (p95)." : "Over 30 ms (p95): \(slow.joined(separator: ", ")).")
        if report.recallAt10 < 0.95 { print("Recall is below 0.95.") }
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("search: \(text)\n".utf8)) }

    private static func size(_ path: String) -> Int { (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 }

    private static func resident() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) << 10
    }
}

extension [Double] {
    /// Of numbers in order; 0 when there are none.
    func percentile(_ share: Double) -> Double { isEmpty ? 0 : self[Swift.min(count - 1, Int(Double(count) * share))] }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
