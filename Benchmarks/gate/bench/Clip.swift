import Foundation

/// A recording of the audio set, as far as the gate is concerned.
struct Clip: Decodable {
    struct Segment: Decodable {
        var start: Double?
        var end: Double?
    }

    var id: String
    var file: String
    var kind: String
    var language: String?
    var text: String?
    var segments: [Segment]?
    var longform: Bool?
    var composed: Bool?
    var snr_db: Double?
    var note: String?

    static func all(in folder: String) throws -> [Clip] {
        let manifest = try String(contentsOfFile: folder + "/manifest.jsonl", encoding: .utf8)
        return try manifest.split(separator: "\n").map { try JSONDecoder().decode(Clip.self, from: Data($0.utf8)) }
    }
}
