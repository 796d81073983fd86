import Foundation
import HarkenTesting

/// Files whose bytes are broken in their middle, between the tones.
extension Muxing {
    /// What such a file tells.
    enum Damage: Sendable {
        /// It says so. Its packets have times or checksums, so that the sound behind the damage is found, and stands in its place.
        case told
        /// It says so, by its declared length. Its packets have no times: the sound behind the damage follows the sound before it.
        case shortened
        /// It says that it is cut off at the damage. libav reads nothing behind it.
        case cut
        /// Nothing in the format shows it: samples, and frames without a length of all of them.
        case unseen
    }

    var damage: Damage {
        switch file {
        case "aac.flv", "mp3.flv", "tone.wv": .cut
        case "mp3.avi", "ac3.avi", "tone.mp3": .shortened
        // The page that is broken has the beginning of a tone. libav reads nothing behind it in RealMedia, whose end no clock tells.
        case "pcm.mov", "flac.oga", "tone.rm": .unseen
        // ffprobe's times of their packets are wrong, so the place of a half second is not known.
        case "eac3.avi", "dts.avi", "vorbis.avi": .unseen
        default: Self.withTimes.contains(suffix) ? .told : .unseen
        }
    }

    private static let withTimes: Set = [
        "mkv", "mka", "webm", "mp4", "m4a", "3gp", "mov", "asf", "wmv", "wma", "ts", "m2ts", "mpg", "vob", "ogg", "opus", "oga", "ogv", "flac",
    ]

    /// Writes the file, and noise over half a second of it.
    func makeDamaged(in folder: TemporaryFolder) throws -> String {
        var muxing = self
        // Matroska goes on at its next cluster. A short file would be one.
        if ["mkv", "mka", "webm"].contains(suffix) { muxing.container += ["-cluster_time_limit", "250"] }
        let path = try muxing.make(in: folder)
        var bytes = try Data(contentsOf: URL(filePath: path)), generator = SeededGenerator(seed: 56)
        for place in try stretch(of: path) where bytes.indices.contains(place) { bytes[place] = UInt8(truncatingIfNeeded: generator.next()) }
        return try folder.write(bytes, as: "damaged-" + file)
    }

    /// Writes the file in one cluster of Matroska, and zeros over half a second of it. libav looks for the next cluster, and there is none.
    func makeZeroed(in folder: TemporaryFolder) throws -> String {
        var muxing = self
        muxing.container += ["-cluster_time_limit", "60000"]
        let path = try muxing.make(in: folder)
        var bytes = try Data(contentsOf: URL(filePath: path))
        for place in try stretch(of: path) where bytes.indices.contains(place) { bytes[place] = 0 }
        return try folder.write(bytes, as: "zeroed-" + file)
    }

    /// True if a header tells how long the whole file is. Others have time stamps alone, and a file that is cut has only those up to the cut. ffmpeg's
    /// reader of AVI takes a part of the header's length for a part of the file.
    var declaresLength: Bool { !["avi", "mpg", "vob", "ts", "m2ts", "ogg", "oga", "ogv", "opus", "spx"].contains(suffix) }

    /// Writes a transport stream without the packets of half a second, as a network loses them.
    func makeLossy(in folder: TemporaryFolder) throws -> String {
        let path = try make(in: folder), bytes = try Data(contentsOf: URL(filePath: path)), packet = suffix == "m2ts" ? 192 : 188
        let lost = try stretch(of: path), start = lost.lowerBound / packet * packet, end = lost.upperBound / packet * packet
        return try folder.write(bytes.prefix(start) + bytes.dropFirst(end), as: "lossy-" + file)
    }

    /// Bytes of the packets of half a second, behind the first tone. A page of Ogg has a second of sound, and is lost as a whole: the page of the
    /// third second is taken.
    private func stretch(of path: String) throws -> Range<Int> {
        let words = ["-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pts_time,pos", "-of", "csv=p=0", path]
        let packets = try MadeMedia.probe(words).split(separator: "\n").compactMap { line -> (time: Double, place: Int)? in
            let fields = line.split(separator: ",")
            guard fields.count >= 2, let time = Double(fields[0]), let place = Int(fields[1]) else { return nil }
            return (time, place)
        }
        let start = max(0, packets.first?.time ?? 0) + (["ogg", "opus", "oga", "ogv"].contains(suffix) ? 2.1 : 1.7)
        guard let first = packets.first(where: { $0.time >= start }), let last = packets.first(where: { $0.time >= start + 0.5 }) else {
            throw Unmade(file: file, reason: "ffprobe tells no places")
        }
        return first.place..<(last.place > first.place ? last.place : first.place + 200)
    }
}
