#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif
package import Speech

/// Writes what a player plays of a recording, for engines that would decode the file by themselves and might hear another track, or have another clock.
package enum PlayedSound {
    /// Returns true if every decoder hears in the file itself what a player plays: one sound track, from 0:00 on, without holes.
    ///
    /// A file of one track is read to its end: a hole is known only behind it, and a cut at the end. `notices` of the media are then complete, and the
    /// media has no more samples. Blocks.
    ///
    /// - Parameter tracks: the tracks that are heard. Each of all tracks is one channel, and the file's own channels are none of them.
    package static func isFile(_ media: any DecodedMedia, of tracks: TrackChoice) throws(MediaError) -> Bool {
        guard tracks != .all, media.isPlain else { return false }
        while try media.next() != nil {}
        return !media.notices.contains { if case .holes = $0 { true } else { false } }
    }

    /// Writes all samples as 16-bit PCM, little-endian, interleaved. Blocks.
    ///
    /// - Parameters:
    ///   - output: path of the output file, which is created or overwritten.
    ///   - mayWrite: called with the number of bytes before they are written; false ends the writing with an error.
    package static func write(_ media: any DecodedMedia, to output: String, mayWrite: (Int) -> Bool = { _ in true }) throws(MediaError) {
        guard let file = fopen(output, "wb") else { throw .unavailable("\(output) cannot be created") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while let block = try media.next() {
            bytes.removeAll(keepingCapacity: true)
            PCM.appendLinear16(interleaving: block.channels, to: &bytes)
            guard mayWrite(bytes.count), fwrite(bytes, 1, bytes.count, file) == bytes.count else {
                throw .unavailable("\(output) cannot be written: the disk may be full")
            }
        }
        guard fflush(file) == 0 else { throw .unavailable("\(output) cannot be written: the disk may be full") }
    }
}
