import Foundation
import HarkenTesting
import Testing

/// Films of eight seconds that ffmpeg makes. Tones are heard in them.
struct Film: Sendable, CustomTestStringConvertible {
    enum Kind: String, Sendable {
        /// The sound begins two seconds after the picture.
        case late
        /// Picture and sound begin two seconds after the container's zero.
        case shifted
        /// The time stamps of the sound jump ahead by two seconds after the second second.
        case holed
        /// An edit list leaves three quarters of a second at the beginning out.
        case edited
        /// The last two fifths of the bytes are missing.
        case cut
        /// There are two sound tracks, with tones at other times.
        case twoTracks
    }

    var kind: Kind
    /// Suffix of the container.
    var container = "webm"

    static let late = Film(kind: .late)
    static let twoTracks = Film(kind: .twoTracks)
    static let all = [
        late, Film(kind: .late, container: "mp4"), Film(kind: .late, container: "ts"), Film(kind: .late, container: "mkv"),
        Film(kind: .shifted), Film(kind: .shifted, container: "mp4"), Film(kind: .shifted, container: "ts"),
        Film(kind: .holed), Film(kind: .holed, container: "mp4"), Film(kind: .holed, container: "ts"), Film(kind: .edited, container: "mp4"),
        Film(kind: .edited, container: "mov"), Film(kind: .cut), Film(kind: .cut, container: "mkv"), Film(kind: .cut, container: "ts"), twoTracks,
        Film(kind: .twoTracks, container: "mp4"), Film(kind: .twoTracks, container: "ts"),
    ]

    var testDescription: String { "\(kind.rawValue) \(container)" }
    var name: String { "film." + container }

    /// Seconds at which the tones of each sound track begin, where a player has them.
    var tones: [[Double]] {
        switch kind {
        case .late: [[3, 5]]
        // Players show a transport stream from its first time stamp on.
        case .shifted: container == "ts" ? [[1, 3]] : [[3, 5]]
        case .holed: [[1, 5]]
        case .edited: [[0.25, 2.25]]
        case .cut: [[1, 3]]
        case .twoTracks: [[1, 3], [2, 4]]
        }
    }

    /// Returns true if the words stand where the tones are. A film that is cut off may have lost the second one.
    func has(_ starts: [Double]) -> Bool {
        Tones.isNear(starts, tones[0]) || kind == .cut && Tones.isNear(starts, [tones[0][0]])
    }

    /// True if the film can be heard while it arrives: an MP4 or QuickTime has its index behind its sound.
    var streams: Bool { container != "mp4" && container != "mov" }

    /// Part of the sentence about the film that arrives live; nil: nothing is said.
    var liveWarning: String? {
        switch kind {
        case .late, .shifted, .edited: nil
        case .holed: "The stream has no sound from"
        case .cut: "The stream is cut off"
        case .twoTracks: "The stream has 2 sound tracks; track 1 was heard."
        }
    }

    /// Parts of the sentences about the film, by which they are known; empty: nothing is said.
    var warnings: [String] {
        switch kind {
        case .late, .shifted, .edited: []
        case .holed: ["has no sound from"]
        case .cut: ["is cut off"]
        case .twoTracks: ["The file has 2 sound tracks", "track=all"]
        }
    }

    private var codecs: [String] {
        switch container {
        case "webm": ["-c:v", "libvpx", "-c:a", "libopus"]
        case "ts": ["-c:v", "mpeg2video", "-c:a", "aac"]
        case _: ["-c:v", "mpeg4", "-c:a", "aac"]
        }
    }

    /// Makes the film.
    func bytes() throws -> [UInt8] {
        let folder = TemporaryFolder(), path = folder.path(of: name), changed = folder.path(of: "changed-" + name)
        // MPEG-2 knows the rates of television only.
        let picture = "testsrc=size=64x48:rate=\(container == "ts" ? 25 : 5):duration=8", late = kind == .late ? 2.0 : 0
        var words = ["-f", "lavfi", "-i", picture]
        for track in kind == .late || kind == .twoTracks ? tones : [[1, 3]] {
            let parts = track.map { "between(t,\($0 - late),\($0 - late + 0.5))" }.joined(separator: "+")
            words += ["-itsoffset", "\(late)", "-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*440*t)*(\(parts))':s=48000:d=5"]
        }
        words += ["-map", "0:v"] + (kind == .twoTracks ? tones.indices : 0..<1).flatMap { ["-map", "\($0 + 1):a"] } + codecs + ["-ac", "1"]
        try MadeMedia.make(words + (kind == .shifted ? ["-output_ts_offset", "2"] : []), to: path)
        switch kind {
        case .late, .shifted, .twoTracks: return try read(path)
        case .holed:
            try MadeMedia.make(["-i", path, "-map", "0", "-c", "copy", "-bsf:a", "setts=ts='if(gte(TS*TB,2),TS+2/TB,TS)'"], to: changed)
            return try read(changed)
        case .edited:
            try MadeMedia.make(["-ss", "0.75", "-i", path, "-c", "copy"], to: changed)
            return try read(changed)
        case .cut:
            let whole = try read(path)
            return Array(whole.prefix(whole.count * 3 / 5 | 1))
        }
    }

    private func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
}
