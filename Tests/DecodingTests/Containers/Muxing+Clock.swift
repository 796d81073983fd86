import Foundation
import HarkenTesting

/// The clock of a container: files that begin later than their container, or whose beginning is not shown.
extension Muxing {
    var suffix: String { String(file.split(separator: ".").last ?? "") }

    /// True if players show the container's own clock, and do not count from its first time stamp on. ffmpeg begins that of a fragmented file with
    /// its first packet.
    var startsAtZero: Bool { ["mkv", "mka", "webm", "mp4", "m4a", "3gp", "mov", "avi"].contains(suffix) && file != "fragments.mp4" }

    /// Seconds by which the sound stands later where it begins two seconds late; nil where ffmpeg's reader takes the start for a hole: the first page of
    /// FLAC in Ogg has the end of its sound only. Where nothing of the file begins before the sound, players begin with it.
    var lateSeconds: Double? { features.contains(.offset) ? 2 : file == "flac.oga" ? nil : 0 }

    /// True if ffmpeg writes an edit list into the file. A fragmented file is begun before its streams are known, and has none.
    var hasEdits: Bool { ["mp4", "m4a", "3gp", "mov"].contains(suffix) && file != "fragments.mp4" }

    /// True if ffmpeg writes chapters into the file.
    var hasChapters: Bool { ["mkv", "mka", "webm", "mp4", "m4a", "mov", "mp3", "opus", "ogg", "oga", "ogv"].contains(suffix) }

    /// Writes a file with two chapters for ffmpeg. The second one begins between the tones.
    static func chapters(in folder: TemporaryFolder) throws -> String {
        let parts = [(0, 2_000, "One"), (2_000, 5_000, "Two")].map { start, end, title in
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART=\(start)\nEND=\(end)\ntitle=\(title)\n"
        }
        return try folder.write(Array((";FFMETADATA1\n" + parts.joined()).utf8), as: "chapters.txt")
    }

    /// Seconds at the beginning that an edited file does not show.
    static let hiddenSeconds = 0.75

    /// Writes the file with edit lists that leave the beginning out, as a program writes them that trims a film without encoding it again.
    func makeEdited(of whole: String, in folder: TemporaryFolder) throws -> String {
        var bytes = try Data(contentsOf: URL(filePath: whole))
        // Lengths of the film and of its tracks count in milliseconds, a track's own times in its own unit.
        let hidden = Int(Self.hiddenSeconds * 1_000)
        for (box, offset) in [("mvhd", 16), ("tkhd", 20), ("elst", 8)] {
            for place in places(of: box, in: bytes) { add(-hidden, at: place + offset, in: &bytes) }
        }
        let units = places(of: "mdhd", in: bytes).map { number(at: $0 + 12, in: bytes) }, lists = places(of: "elst", in: bytes)
        guard !lists.isEmpty, lists.count == units.count, lists.allSatisfy({ number(at: $0 + 4, in: bytes) == 1 }) else {
            throw Unmade(file: file, reason: "the tracks have not one edit each")
        }
        for (list, unit) in zip(lists, units) { add(hidden * unit / 1_000, at: list + 12, in: &bytes) }
        return try folder.write(bytes, as: "edited-" + file)
    }

    /// Writes a start into the headers of an AVI's streams (`dwStart`), which counts in the stream's own unit.
    ///
    /// - Parameters:
    ///   - seconds: place of the sound's first sample.
    ///   - picture: the picture begins there as well.
    ///   - track: index of the sound track that begins there; nil: all do.
    func delay(_ path: String, by seconds: Double, picture: Bool, track: Int? = nil) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        // Players do not leave the encoder's delay out, so the first packet stands earlier by it.
        let lead =
            switch sound.first {
            case "libmp3lame": 1_105.0 / 16_000
            case "ac3", "eac3": 256.0 / 48_000
            case _: 0.0
            }
        var next = 0
        for place in places(of: "strh", in: bytes) {
            let header = place + 4, isSound = bytes[header..<header + 4].elementsEqual("auds".utf8), number = next
            if isSound { next += 1 }
            guard isSound ? track ?? number == number : picture else { continue }
            let scale = little(at: header + 20, in: bytes), rate = little(at: header + 24, in: bytes)
            guard scale > 0, rate > 0 else { throw Unmade(file: file, reason: "a stream has no rate") }
            let start = Int(((seconds - (isSound ? lead : 0)) * Double(rate) / Double(scale)).rounded())
            for index in 0..<4 { bytes[header + 28 + index] = UInt8(truncatingIfNeeded: start >> (8 * index)) }
        }
        try bytes.write(to: URL(filePath: path))
    }

    private func little(at place: Int, in bytes: Data) -> Int { bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// Places behind a box's name.
    private func places(of box: String, in bytes: Data) -> [Int] {
        var places: [Int] = [], start = bytes.startIndex
        while let found = bytes.range(of: Data(box.utf8), in: start..<bytes.endIndex) {
            places.append(found.upperBound)
            start = found.upperBound
        }
        return places
    }

    private func number(at place: Int, in bytes: Data) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }

    private func add(_ change: Int, at place: Int, in bytes: inout Data) {
        let value = number(at: place, in: bytes) + change
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * (3 - index))) }
    }
}
