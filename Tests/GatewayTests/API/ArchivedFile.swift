import Framing
import Net
import Testing

/// A file of an archive.
struct ArchivedFile: Equatable {
    var name: String
    var content: [UInt8]

    /// - Parameter name: name in the archive's folder.
    init(_ name: String, _ content: [UInt8]) {
        self.name = "harken-export/" + name
        self.content = content
    }

    init(_ name: String, _ content: String) { self.init(name, Array(content.utf8)) }

    /// The head of an export.
    static let head = ArchivedFile("export.json", #"{"format":1}"#)

    var isDocument: Bool { name.hasSuffix(".json") }

    /// Replaces words of a document.
    mutating func replace(_ words: String, with others: String) {
        if isDocument { content = Array(String(decoding: content, as: UTF8.self).replacing(words, with: others).utf8) }
    }

    /// Unpacks an archive.
    static func files(of archive: [UInt8]) throws -> [ArchivedFile] {
        var reader = TarReader(maxEntries: 10_000)
        var files: [ArchivedFile] = [], offset = 0
        while let event = try reader.next(archive.span.bytes, from: &offset) {
            switch event {
            case .file(let file):
                files.append(ArchivedFile("", []))
                files[files.count - 1].name = file.name
            case .data(let bytes): files[files.count - 1].content += bytes.array(in: archive.span.bytes)
            case .fileEnd, .end: break
            }
        }
        try reader.finish()
        return files
    }

    static func packed(_ files: [ArchivedFile]) -> [UInt8] {
        var archive = TarArchive()
        for file in files { archive.add(file.name, file.content, changedAt: 0) }
        return archive.finish()
    }
}

/// The outcome of an import.
struct ImportOutcome {
    static let kinds = ["conversations", "people", "voices", "samples", "audio", "settings"]

    let status: Int
    let text: String
    let json: JSONValue

    func count(_ name: String) -> [Int] {
        ["added", "present"].compactMap { if case .int(let number)? = json[name]?[$0] { number } else { nil } }
    }

    /// Numbers of objects that are added and that were there, of each kind.
    var counts: [[Int]] { Self.kinds.map(count) }

    var rejectedCount: Int { if case .int(let count)? = json["rejected_count"] { count } else { -1 } }
}

extension TestGateway {
    static let exportPath = "/api/v1/users/me/export"
    static let importPath = "/api/v1/users/me/import"

    func exported(query: String = "?audio=true", key: String? = nil) async throws -> [UInt8] {
        var headers: HTTPHeaders = [:]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await client.send(
            HTTPClientRequest(.get, "http://127.0.0.1:\(port)\(Self.exportPath)\(query)", headers: headers))
        #expect(answer.status == .ok)
        return answer.body
    }

    /// The files of an export without the one that says when it was made.
    func memories(key: String? = nil) async throws -> [ArchivedFile] { try Self.memories(await exported(key: key)) }

    static func memories(_ archive: [UInt8]) throws -> [ArchivedFile] {
        try ArchivedFile.files(of: archive).filter { $0.name != "harken-export/export.json" }
    }

    func importArchive(_ archive: [UInt8], key: String? = nil) async throws -> ImportOutcome {
        var headers: HTTPHeaders = ["Content-Type": "application/x-tar"]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await send(.post, Self.importPath, headers: headers, body: archive)
        return ImportOutcome(status: answer.status, text: answer.text, json: (try? JSONValue(parsing: Array(answer.text.utf8))) ?? .null)
    }

    func importFiles(_ files: [ArchivedFile], key: String? = nil) async throws -> ImportOutcome {
        try await importArchive(ArchivedFile.packed(files), key: key)
    }
}
