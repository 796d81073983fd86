import Foundation

/// English texts of the development recordings, as people wrote them down: `../shared/audio`, where it is.
enum References {
    private struct Entry: Decodable {
        var language: String?
        var text: String?
        var text_original: String?
    }

    static let english: [String] = {
        let package = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let manifest = package.deletingLastPathComponent().appending(path: "shared/audio/manifest.jsonl")
        guard let lines = try? String(contentsOf: manifest, encoding: .utf8) else { return [] }
        let entries = lines.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
        let texts = entries.filter { $0.language == "en" }.flatMap { [$0.text_original, $0.text].compactMap { $0 } }
        return Set(texts).filter { !$0.isEmpty }.sorted()
    }()
}
