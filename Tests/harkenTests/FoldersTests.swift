import Foundation
import Testing

/// The folders of a target are rooms: what one of them uses of another, the other does not use of the first.
@Suite struct `The folders of a target` {
    /// Pairs that name each other's types all the same, each with its reason. The list shrinks.
    private static let exceptions: Set<String> = [
        // A loop flushes its connections once, at the end of a batch.
        "Net: Loop, Socket"
    ]

    private struct File {
        var room: String
        var text: String
    }

    @Test func `do not name each other's types`() throws {
        var found: Set<String> = []
        for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) where target != "C" {
            let files = try Self.files(of: target)
            let owners = Self.owners(files)
            var names: [String: Set<String>] = [:]
            for file in files where file.room != "" {
                for word in file.text.matches(of: /\b[A-Z]\w+/) {
                    guard let owner = owners[String(word.0)], owner.count == 1, let room = owner.first, room != file.room, room != "" else {
                        continue
                    }
                    names[file.room, default: []].insert(room)
                }
            }
            for (room, others) in names {
                for other in others where room < other && names[other]?.contains(room) == true { found.insert("\(target): \(room), \(other)") }
            }
        }
        #expect(found.subtracting(Self.exceptions).sorted() == [])
        #expect(Self.exceptions.subtracting(found).sorted() == [], "these are mended: take them off the list")
    }

    private static var sources: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
    }

    /// The Swift files of a target, without comments and strings. A file that lies in no folder has an empty room.
    private static func files(of target: String) throws -> [File] {
        let folder = sources.appending(path: target)
        let all = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        return try all.filter { $0.hasSuffix(".swift") }.map { path in
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            let bare = text.replacing(/"""(?s:.)*?"""/, with: "").replacing(/\/\/.*/, with: "").replacing(/"(?:\\.|[^"\\\n])*"/, with: "")
            let parts = path.split(separator: "/")
            return File(room: parts.count > 1 ? String(parts[0]) : "", text: bare)
        }
    }

    /// The rooms that declare a type of this name, outside of other types.
    private static func owners(_ files: [File]) -> [String: Set<String>] {
        var owners: [String: Set<String>] = [:]
        let declaration = /(?m)^(?:(?:public|package|final|indirect|nonisolated) )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/
        for file in files {
            for match in file.text.matches(of: declaration) { owners[String(match.1), default: []].insert(file.room) }
        }
        return owners
    }
}
