extension MadeMedia {
    /// Five seconds of sound, as ffmpeg's source: tones of half a second begin at 1 s and 3 s.
    package static let twoTones = "aevalsrc='0.3*sin(2*PI*440*t)*(between(t,1.0,1.5)+between(t,3.0,3.5))':s=48000:d=5"

    /// Writes a WebM file of `twoTones`, without a picture. Blocks.
    ///
    /// - Parameter isHoled: true: the time stamps jump ahead by two seconds after the second second, so that a player has the second tone at 5 s.
    /// - Returns: the path of the file.
    /// - Throws: `Unmade` when ffmpeg fails.
    package static func makeSound(isHoled: Bool = false, in folder: TemporaryFolder) throws -> String {
        let whole = folder.path(of: "sound.webm"), holed = folder.path(of: "holed-sound.webm")
        try make(["-f", "lavfi", "-i", twoTones, "-c:a", "libopus", "-ac", "1"], to: whole)
        guard isHoled else { return whole }
        try make(["-i", whole, "-map", "0", "-c", "copy", "-bsf:a", "setts=ts='if(gte(TS*TB,2),TS+2/TB,TS)'"], to: holed)
        return holed
    }
}
