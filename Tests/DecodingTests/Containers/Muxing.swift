import Foundation
import HarkenTesting
import Testing

/// A container with a codec, written by ffmpeg, and what such a file can carry.
struct Muxing: Sendable, CustomTestStringConvertible {
    /// What a file tells that is cut off in its middle.
    enum Cut: Sendable {
        /// It is decoded up to the cut, and says that it is cut off.
        case told
        /// Its index was at its end, so nothing is decoded, and the reason says so.
        case refused
    }

    enum Feature: CaseIterable, Sendable {
        /// Its clock can begin before the sound.
        case offset
        /// Its clock can go on without sound.
        case hole
        /// It can have several sound tracks.
        case tracks
    }

    /// Name of the file; its suffix tells ffmpeg the container.
    var file: String
    /// ffmpeg's arguments for the sound.
    var sound: [String]
    /// ffmpeg's encoder of the picture; nil: there is no picture.
    var picture: String?
    /// Arguments that belong to the container.
    var container: [String] = []
    var features: Set<Feature>
    var cut: Cut

    init(
        _ file: String, _ sound: String, picture: String? = nil, container: String = "", _ features: Set<Feature> = [], cut: Cut = .told
    ) {
        self.file = file
        self.sound = sound.split(separator: " ").map(String.init)
        self.picture = picture
        self.container = container.split(separator: " ").map(String.init)
        self.features = features
        self.cut = cut
    }

    var testDescription: String { file }

    /// Times at which the tones begin, in seconds. Players show bare frames of AAC as they are decoded, with the encoder's delay of 1,024 samples.
    var tones: [Double] { file == "tone.aac" ? Self.tones.map { $0 + 0.064 } : Self.tones }

    /// Every container and codec that docs/media.md names and ffmpeg can write.
    static let all: [Muxing] = [
        Muxing("aac.mkv", "aac", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("opus.mkv", "libopus", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("vorbis.mkv", "libvorbis", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("mp3.mkv", "libmp3lame", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("flac.mkv", "flac", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("pcm.mkv", "pcm_s16le", picture: "mpeg4", [.offset, .hole, .tracks]),
        Muxing("ac3.mkv", "ac3 -ar 48000", picture: "mpeg4", [.offset, .hole, .tracks]), Muxing("sound.mka", "aac", [.offset, .hole, .tracks]),
        Muxing("opus.webm", "libopus", picture: "libvpx", [.offset, .hole, .tracks]),
        Muxing("vorbis.webm", "libvorbis", picture: "libvpx", [.offset, .hole, .tracks]), Muxing("sound.webm", "libopus", [.offset, .hole, .tracks]),
        Muxing("aac.mp4", "aac", picture: "mpeg4", [.offset, .hole, .tracks], cut: .refused),
        Muxing("fast.mp4", "aac", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("fragments.mp4", "aac", picture: "mpeg4", container: "-movflags +frag_keyframe+empty_moov", [.offset, .hole, .tracks]),
        Muxing("mp3.mp4", "libmp3lame", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("ac3.mp4", "ac3 -ar 48000", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("opus.mp4", "libopus", picture: "mpeg4", container: "-movflags +faststart -strict -2", [.offset, .hole, .tracks]),
        Muxing("sound.m4a", "aac", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("lossless.m4a", "alac", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("aac.mov", "aac", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("pcm.mov", "pcm_s16le", picture: "mpeg4", container: "-movflags +faststart", [.offset, .tracks]),
        Muxing("aac.3gp", "aac", picture: "mpeg4", [.offset, .hole, .tracks], cut: .refused),
        Muxing("lossless.mov", "alac", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("film.asf", "wmav2", picture: "wmv2", [.offset, .hole, .tracks]), Muxing("voice.ogg", "libopus", [.hole, .tracks]),
        Muxing("alaw.wav", "pcm_alaw -ar 8000"), Muxing("voice.amr", "copy"),
        Muxing("voice.3gp", "copy", picture: "mpeg4", container: "-movflags +faststart", [.offset, .hole, .tracks]),
        Muxing("mp3.avi", "libmp3lame", picture: "mpeg4", [.offset, .tracks]), Muxing("pcm.avi", "pcm_s16le", picture: "mpeg4", [.offset, .tracks]),
        Muxing("ac3.avi", "ac3 -ar 48000", picture: "mpeg4", [.offset, .tracks]),
        Muxing("eac3.avi", "eac3 -ar 48000", picture: "mpeg4", [.offset, .tracks]),
        Muxing("dts.avi", "dca -ar 48000 -strict -2", picture: "mpeg4", [.offset, .tracks]),
        Muxing("vorbis.avi", "libvorbis", picture: "mpeg4", [.offset, .tracks]), Muxing("aac.flv", "aac", picture: "flv", [.offset, .hole]),
        Muxing("mp3.flv", "libmp3lame -ar 44100", picture: "flv", [.offset, .hole]),
        Muxing("film.wmv", "wmav2", picture: "wmv2", [.offset, .hole, .tracks]), Muxing("sound.wma", "wmav2", [.hole, .tracks]),
        Muxing("aac.ts", "aac", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("mp2.ts", "mp2", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("mp3.ts", "libmp3lame", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("ac3.ts", "ac3 -ar 48000", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("opus.ts", "libopus", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing(
            "named.ts", "aac", picture: "mpeg2video", container: "-metadata service_name=Ünïcode -metadata service_provider=Sender",
            [.offset, .hole, .tracks]),
        Muxing("camera.m2ts", "aac", picture: "mpeg2video", container: "-mpegts_m2ts_mode 1 -f mpegts", [.offset, .hole, .tracks]),
        Muxing("sound.ts", "aac", [.hole, .tracks]), Muxing("mp2.mpg", "mp2", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("ac3.vob", "ac3 -ar 48000", picture: "mpeg2video", [.offset, .hole, .tracks]),
        Muxing("vorbis.ogv", "libvorbis", picture: "libtheora", [.offset, .hole, .tracks]), Muxing("tone.opus", "libopus", [.hole, .tracks]),
        Muxing("tone.oga", "libvorbis", [.hole, .tracks]), Muxing("flac.oga", "flac", [.hole, .tracks]),
        Muxing("tone.spx", "libspeex", [.hole, .tracks]), Muxing("tone.mp3", "libmp3lame"),
        Muxing("plain.mp3", "libmp3lame", container: "-write_xing 0 -id3v2_version 0"),
        Muxing("tone.aac", "aac", container: "-f adts"), Muxing("tone.latm", "aac", container: "-f latm"),
        Muxing("tone.flac", "flac"), Muxing("tone.wav", "pcm_s16le"), Muxing("adpcm.wav", "adpcm_ms"),
        Muxing("gsm.wav", "libgsm_ms -ar 8000"), Muxing("mulaw.wav", "pcm_mulaw -ar 8000"),
        Muxing("tone.w64", "pcm_s16le"),
        Muxing("tone.aiff", "pcm_s16be"), Muxing("tone.au", "pcm_s16be"), Muxing("tone.caf", "pcm_s16be"),
        Muxing("lossless.caf", "alac", cut: .refused),
        Muxing("tone.ac3", "ac3 -ar 48000"), Muxing("tone.eac3", "eac3 -ar 48000"),
        Muxing("tone.dts", "dca -ar 48000 -strict -2"), Muxing("tone.wv", "wavpack -frame_size 8000"),
        Muxing("tone.tta", "tta"), Muxing("tone.voc", "pcm_u8"), Muxing("tone.sox", "pcm_s32le"),
        Muxing("tone.gsm", "libgsm -ar 8000"), Muxing("tone.rm", "ac3 -ar 48000"),
    ]

    /// The files that are made and decoded: all in `make verify`; in the gate one of each suffix, of each way to write it, of each kind of cut and damage,
    /// and of each codec.
    static let asked: [Muxing] = {
        guard !TestMatrices.areWhole else { return all }
        var kinds: Set<String> = [], files: Set<String> = [], encoders: Set<String> = []
        for muxing in all {
            let own = ["suffix \(muxing.suffix)", "written \(muxing.container)", "cut \(muxing.cut)", "damage \(muxing.damage)"]
            guard !kinds.isSuperset(of: own) else { continue }
            kinds.formUnion(own)
            files.insert(muxing.file)
            encoders.formUnion(muxing.sound.prefix(1))
        }
        for muxing in all where !encoders.isSuperset(of: muxing.sound.prefix(1)) {
            encoders.formUnion(muxing.sound.prefix(1))
            files.insert(muxing.file)
        }
        return all.filter { files.contains($0.file) }
    }()

    /// Five seconds of silence with a tone of half a second at each of these seconds.
    static let tones = [1.0, 3.0]
    private static func source(_ delay: Int) -> String {
        let parts = tones.map { "between(t,\($0 + Double(delay)),\($0 + Double(delay) + 0.5))" }.joined(separator: "+")
        return "aevalsrc='0.3*sin(2*PI*440*t)*(\(parts))':s=48000:d=5"
    }
    private static let silence = "anullsrc=r=48000:cl=mono:d=5"
    /// Length of the picture in seconds.
    static let pictureLength = 8.0

    private var pictureInput: [String] {
        guard let picture else { return [] }
        // MPEG-2 knows the rates of television only.
        let rate = picture == "mpeg2video" ? 25 : 5
        return ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=\(rate):duration=\(Int(Self.pictureLength))"]
    }

    /// True for AMR: ffmpeg has no encoder for it here, and copies it.
    private var isAMR: Bool { sound == ["copy"] }

    /// - Parameter delay: the seconds by which the tones come later than `tones`.
    private func soundInput(isSilent: Bool = false, delay: Int = 0, in folder: TemporaryFolder) throws -> [String] {
        guard isAMR else { return ["-f", "lavfi", "-i", isSilent ? Self.silence : Self.source(delay)] }
        var bytes = Array("#!AMR\n".utf8)
        for number in 0..<250 {
            // Frames of 20 ms with 12.2 kbit/s: bits that a decoder makes a hum of, and bits that it makes silence of. A hum needs a frame to begin.
            let played = number - 50 * delay, isLoud = !isSilent && ((49..<75).contains(played) || (149..<175).contains(played))
            bytes += [0x3C] + Array(repeating: isLoud ? 0x55 : 0x80, count: 31)
        }
        return ["-f", "amr", "-i", try folder.write(bytes, as: isSilent ? "silence.amr" : "hum-\(delay).amr")]
    }

    private var outputs: [String] {
        let rate = sound.contains("-ar") ? [] : ["-ar", "16000"]
        return (picture.map { ["-c:v", $0] } ?? []) + (isAMR ? [] : ["-ac", "1"] + rate) + ["-c:a"] + sound + container
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - offset: the seconds by which the sound begins after the picture.
    ///   - shift: the seconds by which all streams begin after the container's zero.
    ///   - chapters: the path of a file with ffmpeg's metadata; nil: the file has no chapters.
    func make(in folder: TemporaryFolder, offset: Int = 0, shift: Int = 0, chapters: String? = nil) throws -> String {
        let kind = offset != 0 ? "late-" : shift != 0 ? "shifted-" : chapters != nil ? "chapters-" : "", path = folder.path(of: kind + file)
        // ffmpeg writes no start of a stream into AVI.
        let isAVI = suffix == "avi"
        let late = offset == 0 || isAVI ? [] : ["-itsoffset", "\(offset)"], moved = shift == 0 || isAVI ? [] : ["-output_ts_offset", "\(shift)"]
        let maps = picture == nil ? ["-map", "0:a"] : ["-map", "0:v", "-map", "1:a"]
        let parts = chapters.map { (["-i", $0], ["-map_chapters", picture == nil ? "1" : "2"]) } ?? ([], [])
        try run(pictureInput + late + soundInput(in: folder) + parts.0 + maps + parts.1 + outputs + moved, to: path)
        if isAVI, offset + shift > 0 { try delay(path, by: Double(offset + shift), picture: shift > 0) }
        return path
    }

    /// A file that gets a hole.
    enum Holed: String, Sendable {
        case whole
        /// The sound begins two seconds after the picture.
        case late
        /// There are two sound tracks with the same tones. The second one gets the hole.
        case tracks
    }

    private func make(_ holed: Holed, in folder: TemporaryFolder) throws -> String {
        switch holed {
        case .whole: try make(in: folder)
        case .late: try make(in: folder, offset: 2)
        case .tracks: try makeTracks(in: folder, isFirstSilent: false)
        }
    }

    /// Writes the file with a hole of two seconds in the time stamps of the sound, after the sound's second second.
    func makeHole(of holed: Holed = .whole, in folder: TemporaryFolder) throws -> String {
        let path = folder.path(of: "hole-\(holed.rawValue)-" + file), start = holed == .late ? 4 : 2
        let shift = ["-map", "0", "-c", "copy", holed == .tracks ? "-bsf:a:1" : "-bsf:a", "setts=ts='if(gte(TS*TB,\(start)),TS+2/TB,TS)'"]
        guard let (middle, from) = detour else {
            try run(["-i", try make(holed, in: folder)] + shift + container, to: path)
            return path
        }
        let between = folder.path(of: "holed-" + middle)
        let other = Muxing(middle, from, picture: picture, [])
        try run(["-i", try other.make(holed, in: folder)] + shift, to: between)
        try run(["-i", between, "-map", "0", "-c", "copy"] + container, to: path)
        return path
    }

    /// Another container through which a hole comes into this one, and ffmpeg's arguments for the sound; nil where ffmpeg writes the hole itself.
    private var detour: (file: String, sound: String)? {
        switch file {
        case "opus.mp4": ("middle.mkv", "libopus")
        case "mp2.mpg": ("middle.ts", "mp2")
        case "ac3.vob": ("middle.ts", "ac3 -ar 48000")
        case _: nil
        }
    }

    /// Writes the file with two sound tracks. The second one has the tones.
    ///
    /// - Parameters:
    ///   - isFirstSilent: true: the first track is silence; false: it has the same tones.
    ///   - late: the seconds by which the second track begins after the first one and the picture.
    func makeTracks(in folder: TemporaryFolder, isFirstSilent: Bool = true, late: Int = 0) throws -> String {
        let path = folder.path(of: (late > 0 ? "late-tracks-" : isFirstSilent ? "tracks-" : "both-tracks-") + file)
        let maps = picture == nil ? ["-map", "0:a", "-map", "1:a"] : ["-map", "0:v", "-map", "1:a", "-map", "2:a"]
        // ffmpeg writes no start of a stream into AVI.
        let isAVI = suffix == "avi", offset = late == 0 || isAVI ? [] : ["-itsoffset", "\(late)"]
        let first = try soundInput(isSilent: isFirstSilent, in: folder), second = try soundInput(in: folder)
        try run(pictureInput + first + offset + second + maps + outputs, to: path)
        if isAVI, late > 0 { try delay(path, by: Double(late), picture: false, track: 1) }
        return path
    }

    /// True if ffmpeg writes into the file which track is the one to hear.
    var marksTracks: Bool { features.contains(.tracks) && ["mkv", "mka", "webm", "mp4", "m4a", "3gp", "mov"].contains(suffix) }

    /// Writes the file with two sound tracks that have tones at other times. The second one is marked, and its tones come a second later.
    func makeMarked(in folder: TemporaryFolder) throws -> String {
        let path = folder.path(of: "marked-" + file)
        let maps = picture == nil ? ["-map", "0:a", "-map", "1:a"] : ["-map", "0:v", "-map", "1:a", "-map", "2:a"]
        let marks = ["-disposition:a:0", "0", "-disposition:a:1", "default"]
        try run(pictureInput + soundInput(in: folder) + soundInput(delay: 1, in: folder) + maps + outputs + marks, to: path)
        return path
    }

    /// Cuts the whole file off in its middle.
    func makeCut(of whole: String, in folder: TemporaryFolder) throws -> String {
        let bytes = try Data(contentsOf: URL(filePath: whole))
        // The headers of Vorbis are more than half of a short file.
        let share = file == "tone.oga" ? 85 : 60
        // An odd place, which no packet ends at.
        return try folder.write(bytes.prefix(bytes.count * share / 100 | 1), as: "cut-" + file)
    }

    private func run(_ arguments: [String], to path: String) throws { try MadeMedia.make(arguments, to: path) }

    struct Unmade: Error {
        let file: String
        let reason: String
    }
}
