/// The cells of the table that stay empty.
extension Muxing {
    /// Formats without a clock, of one sound track: the sound is what follows.
    private static let bare: Set<String> = [
        "aac", "ac3", "aiff", "amr", "au", "caf", "dts", "eac3", "flac", "gsm", "latm", "mp3", "sox", "tta", "voc", "w64", "wav", "wv",
    ]

    /// Returns the reason why no file with a feature is tried; nil: it is tried.
    func reason(without feature: Feature) -> String? {
        if Self.bare.contains(suffix) { return "the format has no clock, and one sound track" }
        switch feature {
        case .offset where suffix == "rm": return "ffmpeg's writer of RealMedia counts frames in place of time stamps"
        case .offset where picture == nil && ["ogg", "oga", "opus", "spx", "wma", "ts"].contains(suffix):
            return "nothing of the file begins before the sound, with which players begin"
        case .hole where suffix == "rm": return "ffmpeg's writer of RealMedia counts frames in place of time stamps"
        case .hole where suffix == "avi": return "AVI counts its packets from the start that its header tells"
        case .hole where file == "pcm.mov": return "plain samples in MOV have no time stamps of their own"
        case .tracks where suffix == "rm": return "ffmpeg's writer of RealMedia puts all sound into one stream"
        case .tracks where suffix == "flv": return "ffmpeg writes and reads several sound tracks of Flash Video from version 8 on only"
        case .offset, .hole, .tracks: return nil
        }
    }

    /// Two things that one file has.
    enum Combination: CaseIterable, Sendable {
        /// Two sound tracks, of which the second one begins later.
        case lateTrack
        /// Two sound tracks, of which the second one has a hole.
        case holedTrack
        /// Two sound tracks, cut off in their middle.
        case cutTracks
        /// A hole in sound that begins after the picture.
        case lateHole
    }

    /// Returns the reason why no file with a combination is tried; nil: it is tried.
    func reason(without combination: Combination) -> String? {
        switch combination {
        case .lateTrack where file == "flac.oga":
            "ffmpeg's reader takes the start for a hole: the first page of FLAC in Ogg has the end of its sound only"
        case .lateTrack, .cutTracks: reason(without: .tracks)
        case .holedTrack: reason(without: .tracks) ?? reason(without: .hole)
        case .lateHole where picture == nil: "without a picture the sound begins the file"
        case .lateHole: reason(without: .offset) ?? reason(without: .hole)
        }
    }

    /// What a file is that arrives live.
    enum Streaming: CaseIterable, Sendable {
        case whole
        /// The sound begins after the picture.
        case late
        /// Picture and sound begin late together.
        case shifted
        case hole
        case tracks
        /// The second of two sound tracks is marked as the one to hear.
        case marked
        case cut
        /// Bytes are broken in its middle.
        case damaged
        /// Packets of a transport stream are lost in its middle.
        case lossy
    }

    /// Returns the reason why no file arrives live like this; nil: one does.
    func reason(streamed streaming: Streaming) -> String? {
        if cut == .refused { return "the index comes after the sound, and nothing can be decoded before it" }
        switch streaming {
        case .whole where suffix == "wv": return "libav's reader of WavPack takes each end of a stream for a cut"
        case .cut where suffix == "flv": return "libav's reader of Flash Video takes what is left of the last tag for another track"
        case .whole, .cut: return nil
        case .late where file == "camera.m2ts":
            return "only packets behind what is read ahead show the codec of AAC in a camera's transport stream; cameras write AC-3"
        case .late where suffix == "avi", .shifted where suffix == "avi":
            return "an AVI has no time stamps, and the index with which libav knows a stream's start comes after the sound"
        case .late, .shifted: return reason(without: .offset)
        case .hole: return reason(without: .hole)
        case .tracks: return reason(without: .tracks)
        case .marked: return reason(without: .tracks) ?? (marksTracks ? nil : "ffmpeg writes no mark of a track into the format")
        case .damaged: return damage == .unseen ? "nothing in the format shows the damage" : nil
        case .lossy where ["ts", "m2ts"].contains(suffix): return nil
        case .lossy where ["mkv", "mka", "webm", "ogg", "oga", "ogv", "opus", "spx"].contains(suffix):
            return "a test of their own loses clusters of WebM and pages of Ogg"
        case .lossy: return "the format has no packets that a network could lose one by one"
        }
    }

    /// True if a live stream shows its cut by the sizes of its parts. Others show a cut that lies in a packet of sound, and no other.
    var showsLiveCut: Bool {
        ["mkv", "mka", "webm", "mp4", "m4a", "3gp", "mov", "ogg", "oga", "ogv", "opus", "spx", "ts", "m2ts"].contains(suffix)
    }

    /// Times at which the tones begin live, in seconds. Bare frames tell their rate only when they are decoded: half of the encoder's delay stays.
    var liveTones: [Double] { ["plain.mp3", "tone.latm"].contains(file) ? tones.map { $0 + 0.04 } : tones }

    /// Reason why the length of the whole file is not known to 0.05 s; nil: it is.
    private var lengthReason: String? {
        let delayed = "ffmpeg moves picture and sound to later by the encoder's delay, which the file does not tell"
        switch suffix {
        case "mkv" where ["aac", "libmp3lame"].contains(sound.first), "mka",
            "flv" where sound.first == "aac":
            return delayed
        case "mp4" where file == "fragments.mp4": return delayed
        case "ts", "m2ts", "mpg", "vob": return "an MPEG stream tells no length but by its time stamps, which begin with the encoder's delay"
        case "wma", "asf", "wmv": return "Windows Media tells the length of whole frames"
        case "m4a" where file == "sound.m4a": return "libav before version 6 does not cut the padding of AAC's last frame"
        case "avi" where file == "mp3.avi": return "AVI tells the length of whole chunks of MP3"
        case "avi" where file == "vorbis.avi": return "ffmpeg gives the picture a frame more beside Vorbis in AVI"
        case "aac", "latm": return "bare frames tell neither the encoder's delay nor its padding"
        case "mp3" where file == "plain.mp3": return "an MP3 without LAME's tag tells neither the encoder's delay nor its padding"
        case "wav" where file == "adpcm.wav": return "the last block of ADPCM is whole"
        case _: return nil
        }
    }

    /// Seconds by which the length of the file may differ.
    var lengthTolerance: Double { lengthReason == nil ? 0.05 : 0.25 }

    /// Seconds by which a second track that begins later may be off: both the track's start and its sound are moved by an encoder's delay that the file
    /// does not tell.
    var lateTrackTolerance: Double { lengthReason == nil ? 0.05 : 0.08 }
}
