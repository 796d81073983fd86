import Framing
import Speech

/// One entry of a manifest, to be converted to a case.
struct ManifestEntry {
    private let entry: JSONValue
    private let position: Int
    private let folder: String
    private let file: (String) throws -> [UInt8]

    init(_ entry: JSONValue, position: Int, folder: String, file: @escaping (String) throws -> [UInt8]) {
        self.entry = entry
        self.position = position
        self.folder = folder
        self.file = file
    }

    /// Returns the case; nil when there is nothing to judge.
    func evaluationCase() throws -> EvaluationCase? {
        guard case .object(let members) = entry else { throw ManifestError("entry \(position) is not an object") }
        var found = EvaluationCase(id: entry["id"]?.name ?? "case-\(position)")
        found.scenario = scenario
        found.language = entry["language"]?.text.map { LanguageTag($0) }
        found.audio = (entry["audio_file"]?.text ?? entry["file"]?.text).map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
        found.currentPolicy = entry["current_policy_provider"]?.text.map { EngineName($0) }
        found.reference = try reference()
        for name in Self.engines(members) { found.answers[EngineName(name)] = try answer(of: name) }
        return found.reference.isEmpty && found.answers.isEmpty ? nil : found
    }

    /// The scenario that the entry names, otherwise the kind of its recording.
    private var scenario: String {
        if let scenario = entry["scenario"]?.text { return scenario }
        guard let kind = entry["kind"]?.text else { return "unspecified" }
        if entry["longform"]?.flag == true { return kind + " longform" }
        if entry["composed"]?.flag == true { return kind + " composed" }
        return entry["subset"]?.text.map { kind + " " + $0 } ?? kind
    }

    private func reference() throws -> ReferenceTranscript {
        let holder = entry["reference"] ?? entry
        var reference = ReferenceTranscript()
        if entry["exclude_from_wer"]?.flag != true, entry["expect"] == nil { reference.text = holder["text"]?.text }
        reference.turns = (holder["segments"]?.elements ?? []).compactMap { segment in
            guard let speaker = segment["speaker"]?.name, let start = segment["start"]?.seconds, let end = segment["end"]?.seconds else { return nil }
            return SpokenTurn(start: start, end: end, speaker: speaker)
        }
        if let path = holder["rttm"]?.text { reference.turns = Self.turns(rttm: String(decoding: try file(path), as: UTF8.self)) }
        return reference
    }

    /// Reads turns in the RTTM form. Source: NIST, "Rich Transcription Time Marked (RTTM) file format", in the RT-09 evaluation plan, appendix A.
    private static func turns(rttm text: String) -> [SpokenTurn] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 7, fields[0] == "SPEAKER" else { return nil }
            guard let start = Double(fields[3]).flatMap({ JSONValue.double($0).seconds }),
                let length = Double(fields[4]).flatMap({ JSONValue.double($0).seconds })
            else { return nil }
            return SpokenTurn(start: start, end: start + length, speaker: String(fields[7]))
        }
    }

    private static let endings = ["_fixture", "_transcript", "_ledger", "_rollup"]

    /// Returns the engines whose answers the entry has, inline or in files.
    private static func engines(_ members: [JSONValue.Member]) -> Set<String> {
        var names: Set<String> = []
        for member in members {
            if member.value["transcript"] != nil, member.name != "reference" { names.insert(member.name) }
            for ending in endings.prefix(2) where member.name.hasSuffix(ending) { names.insert(String(member.name.dropLast(ending.count))) }
        }
        return names
    }

    private func answer(of engine: String) throws -> EngineAnswer {
        let inline = try entry[engine] ?? json(at: engine + "_fixture")
        let transcript = try inline?["transcript"] ?? json(at: engine + "_transcript") ?? inline ?? .null
        let runs = try inline?["ledger"] ?? inline?["rollup"] ?? json(at: engine + "_ledger") ?? json(at: engine + "_rollup")
        return AnswerReading.answer(transcript, runs: runs)
    }

    /// Reads the document that a member of the entry names.
    private func json(at member: String) throws -> JSONValue? {
        guard let path = entry[member]?.text else { return nil }
        guard let value = try? JSONValue(parsing: try file(path)) else { throw ManifestError("\(path), which entry \(position) names, is not JSON") }
        return value
    }
}
