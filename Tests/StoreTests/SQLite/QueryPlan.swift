/// A statement, and the steps by which SQLite carries it out.
struct QueryPlan {
    /// A step that reads more than the statement needs.
    struct Fault: Hashable, CustomStringConvertible {
        var statement: String
        var step: String
        var table: String

        var description: String { "\(step) in: \(statement)" }
    }

    /// Tables with few rows, which may be read whole: rows that people make by hand, and rows that are gone when their work is done.
    private static let small: Set<String> = [
        "abandoned_files", "access_keys", "archives", "deleted_audio", "deleted_conversations", "deleted_users",
        "deleted_voices", "ended_logins", "erasures", "forgotten_speech", "people", "provider_keys",
        "rejected_enrollments", "rejected_owners", "settings", "speech_sample_sources", "speech_samples", "sqlite_schema", "uploads", "usage_outbox",
        "users",
        "reclaimed_voices", "speaker_parts", "webhook_deliveries",
    ]
    /// Indexes of a few rows of a large table: of what is under way, and of what a user or a person has few of.
    private static let smallIndexes: Set<String> = [
        "conversation_audio_to_cut", "conversations_open", "jobs_by_audio", "jobs_unannounced", "jobs_unfinished", "people_gone", "voices_gone",
        "voices_of_people", "voices_of_users",
    ]
    /// Restrictions that leave all that a user has, all that a person or a voice has said, or a part of a table with any number of rows.
    private static let wide: Set<String> = [
        "archive=?", "user=?", "dialect=?", "ANY(user)", "person=?", "voice=?", "rowid>?", "rowid<?",
    ]

    let statement: String
    let steps: [String]

    /// - Parameter tables: names of all tables.
    func faults(tables: Set<String>) -> [Fault] {
        let names = aliases(of: tables)
        let temporary = Set(steps.compactMap { $0.wholeMatch(of: /(?:CO-ROUTINE|MATERIALIZE) (\w+)/).map { String($0.1) } }).subtracting(tables)
        var faults: [Fault] = []
        for step in steps {
            guard let match = step.wholeMatch(of: /(SCAN|SEARCH) ([\w()-]+)(.*)/) else { continue }
            let name = String(match.2), rest = match.3, isScan = match.1 == "SCAN"
            if name == "CONSTANT" || name.hasPrefix("(") || temporary.contains(name) { continue }
            let meant = tables.contains(name) ? [name] : names[name] ?? []
            let fault = Fault(statement: statement, step: step, table: meant.sorted().first ?? name)
            if rest.contains("VIRTUAL TABLE") {
                // The index of words is asked for words (M), or for a row (=).
                if meant.contains("segment_words"), !rest.contains(/INDEX \d+:\S*[M=]/) { faults.append(fault) }
            } else if rest.contains("AUTOMATIC") {
                faults.append(fault)
            } else if !meant.isEmpty, meant.isSubset(of: Self.small) {
                continue
            } else if let index = rest.firstMatch(of: /INDEX (\w+)/), Self.smallIndexes.contains(String(index.1)) {
                continue
            } else if isScan || restrictions(String(rest)).isSubset(of: Self.wide) {
                faults.append(fault)
            }
        }
        if names["segments"] != nil, statement.contains(/[ .]id (?:IN \(SELECT value|= j\.value)/),
            !steps.contains(where: { $0.contains("(conversation=? AND id=?)") })
        {
            faults.append(Fault(statement: statement, step: "segments with these ids are not found by their ids", table: "segments"))
        }
        return faults
    }

    private func restrictions(_ rest: String) -> Set<String> {
        guard let list = rest.firstMatch(of: /\((.*)\)/) else { return [] }
        return Set(list.1.split(separator: " AND ").map { String($0) })
    }

    /// The tables that each name in the statement may mean.
    private func aliases(of tables: Set<String>) -> [String: Set<String>] {
        var aliases: [String: Set<String>] = [:]
        for match in statement.matches(of: /\b(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: (?!INDEXED\b)(?:AS )?(\w+))?/) {
            let table = String(match.1)
            guard tables.contains(table) else { continue }
            aliases[table, default: []].insert(table)
            if let alias = match.2 { aliases[String(alias), default: []].insert(table) }
        }
        return aliases
    }
}
