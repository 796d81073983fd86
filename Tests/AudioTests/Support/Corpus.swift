import Foundation
import Speech
import Testing

/// The development recordings in many formats, `../shared/audio`, where they are.
enum Corpus {
    struct Entry: Decodable, Sendable, CustomTestStringConvertible {
        var file: String
        var kind: String
        var duration_s: Double?
        var sample_rate: Int?
        var channels: Int?
        var encoding: String?
        var expect: String?
        var clean_id: String?
        var id: String

        var testDescription: String { file }
        var recording: Recording {
            let rate = SampleRate(hertz: sample_rate ?? 16_000)
            let format: AudioFormat =
                switch encoding {
                case "s16le mono": .raw(.linear16, rate, channels: 1)
                case "mulaw mono": .raw(.mulaw, rate, channels: 1)
                default: .container
                }
            return Recording(path: Corpus.folder.appending(path: file).path, format: format)
        }
    }

    /// The package's folder or one above it has the recordings beside it.
    static let folder: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let near = package.deletingLastPathComponent().appending(path: "shared/audio")
        return near
    }()

    static let entries: [Entry] = {
        guard let lines = try? String(contentsOf: folder.appending(path: "manifest.jsonl"), encoding: .utf8) else { return [] }
        return lines.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
    }()

    static let formats = entries.filter { $0.kind == "format" }
    static let whole = formats.filter { $0.expect == nil || $0.expect == "decode" }
    static var isThere: Bool { !formats.isEmpty }

    /// The recording that a format file was made from.
    static func original(of entry: Entry) -> Entry? { entries.first { $0.id == entry.clean_id } }
}
