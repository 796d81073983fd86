/// A file of the time zone database, for tests: RFC 8536.
struct TimeZoneFile {
    var version: UInt8 = 0x32
    /// Seconds since 1970, and the index of the offset from then on.
    var changes: [(second: Int64, offset: UInt8)] = []
    var offsets: [(seconds: Int32, name: String)] = [(0, "UTC")]
    var leapSeconds = 0
    var footer = ""

    var bytes: [UInt8] {
        guard version != 0 else { return block(timeSize: 4) }
        // Readers of later versions skip the first block.
        return block(timeSize: 4) + block(timeSize: 8) + Array("\n\(footer)\n".utf8)
    }

    private func block(timeSize: Int) -> [UInt8] {
        var characters: [UInt8] = [], names: [UInt8] = []
        for offset in offsets {
            names.append(UInt8(characters.count))
            characters += Array(offset.name.utf8) + [0]
        }
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        for count in [0, 0, leapSeconds, changes.count, offsets.count, characters.count] { bytes += Self.number(Int64(count), 4) }
        for change in changes { bytes += Self.number(change.second, timeSize) }
        bytes += changes.map(\.offset)
        for (offset, name) in zip(offsets, names) { bytes += Self.number(Int64(offset.seconds), 4) + [0, name] }
        bytes += characters
        return bytes + [UInt8](repeating: 0, count: leapSeconds * (timeSize + 4))
    }

    private static func number(_ value: Int64, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
    }
}
