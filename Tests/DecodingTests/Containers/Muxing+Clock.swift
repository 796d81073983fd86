import Foundation
import HarkenTesting

/// The clock of a container: files that begin later than their container, or whose beginning is not shown.
extension Muxing {
    var suffix: String { String(file.split(separator: ".").last ?? "") }

    /// True if players show the container's own clock, and do not count from its first time stamp on. ffmpeg begins that of a fragmented file with
    /// its first packet.
    var startsAtZero: Bool { ["mkv", "mka", "webm", "mp4", "m4a", "3gp", "mov"].contains(suffix) && file != "fragments.mp4" }

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
