package import Speech

/// Information in the name of a file that a device recorded while it was offline: `audio_omi_opus_16000_1_fs160_1710000000.bin`.
package struct OfflineFile: Sendable, Equatable {
    /// Format of the frames, each of which follows its length; nil: the file describes itself.
    package var frames: AudioFormat?
    /// Time when the first sample was recorded; nil: the name does not contain the time.
    package var started: UnixTime?

    /// Encodings of frames, by the names that devices use.
    private static let codings: [String: AudioEncoding] = [
        "opus": .opus, "opusfs320": .opus, "pcm16": .linear16, "pcm8": .unsigned8, "mulaw": .mulaw, "lc3": .lc3,
    ]
    private static let rates = 8_000...48_000

    /// - Parameter name: the file's name from its sender, with or without folders.
    /// - Returns: nil when the file has frames but its name does not tell their encoding.
    package init?(name: String) {
        let base = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let stem = base.lastIndex(of: ".").map { base[..<$0] } ?? base[...]
        let hasFrames = stem.endIndex == base.endIndex || base[stem.endIndex...].lowercased() == ".bin"
        let parts = stem.lowercased().split { $0 == "_" || $0 == "." || $0 == "-" }.map(String.init)
        started = parts.last { $0.utf8.count >= 9 && Int64($0) != nil }.flatMap { Int64($0) }.flatMap(Self.time)
        guard hasFrames else { return }
        guard let place = parts.firstIndex(where: { Self.codings[$0] != nil }), let encoding = Self.codings[parts[place]] else { return nil }
        let rate = parts[(place + 1)...].lazy.compactMap { Int($0) }.first(where: Self.rates.contains) ?? 16_000
        frames = .raw(encoding, SampleRate(hertz: rate), channels: 1)
    }

    /// Reads a Unix timestamp in seconds (10 digits) or milliseconds (13 digits), of a date since 2001. nil for other numbers, such as the digits of a
    /// date: `20260131120000`.
    private static func time(_ number: Int64) -> UnixTime? {
        switch number {
        case 1_000_000_000..<10_000_000_000, 1_000_000_000_000..<10_000_000_000_000: UnixTime(since1970: Double(number))
        default: nil
        }
    }
}
