extension TimeZoneRules {
    /// Maximum size of a file in bytes. The largest file of the database has about 4,000.
    package static let maxFile = 1 << 17

    /// Reads a file of the time zone database.
    ///
    /// Source: RFC 8536, "The Time Zone Information Format (TZif)", section 3, and RFC 9636, its successor.
    package init(_ name: TimeZoneName, file bytes: [UInt8]) throws(TimeZoneFileError) {
        guard bytes.count <= Self.maxFile else { throw .notTimeZone }
        var reader = TimeZoneFileReader(bytes)
        var header = try reader.header()
        // Version 1 has times of 32 bits. Later versions repeat everything with 64 bits.
        let isShort = header.version == 0
        if !isShort {
            _ = try reader.take(header.bodySize(timeSize: 4))
            header = try reader.header()
        }
        guard header.leapCount == 0 else { throw .leapSeconds }
        guard (1...256).contains(header.typeCount), header.characterCount > 0 else { throw .invalid("number of offsets") }
        let body = try reader.take(header.bodySize(timeSize: isShort ? 4 : 8))
        var parts = TimeZoneFileReader(Array(body))
        var changes: [Int64] = []
        for _ in 0..<header.timeCount {
            let number = try parts.number(isShort ? 4 : 8)
            let time = isShort ? Int64(Int32(truncatingIfNeeded: number)) : number
            guard changes.last.map({ $0 < time }) ?? true else { throw .invalid("order of changes") }
            changes.append(time)
        }
        let indices = try parts.take(header.timeCount).map { Int($0) }
        guard indices.allSatisfy({ $0 < header.typeCount }) else { throw .invalid("offset of a change") }
        var types: [(seconds: Int, name: Int)] = []
        for _ in 0..<header.typeCount {
            let seconds = Int(Int32(truncatingIfNeeded: try parts.number(4)))
            // The flag of summer time is not needed.
            _ = try parts.take(1)
            types.append((seconds, Int(try parts.number(1))))
        }
        let characters = Array(try parts.take(header.characterCount))
        var offsets: [ZoneOffset] = []
        for type in types {
            guard ZoneOffset.range.contains(type.seconds) else { throw .invalid("offset") }
            offsets.append(ZoneOffset(seconds: type.seconds, abbreviation: try Self.abbreviation(at: type.name, in: characters)))
        }
        var rule: RecurringZoneRule?
        if !isShort { rule = try reader.footer() }
        self.init(name, changes: changes, indices: indices, offsets: offsets, rule: rule)
    }

    /// Returns the text at an index, which ends with a zero byte.
    private static func abbreviation(at index: Int, in characters: [UInt8]) throws(TimeZoneFileError) -> String {
        let text = characters.dropFirst(index).prefix { $0 != 0 }
        let isText = text.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2B || $0 == 0x2D
        }
        guard !text.isEmpty, isText, index + text.count < characters.count else { throw .invalid("name of an offset") }
        return String(decoding: text, as: UTF8.self)
    }
}

/// A reader of a file's bytes. Nothing is made for a count in the file before the file is known to have as many bytes.
private struct TimeZoneFileReader {
    struct Header {
        /// 0 for version 1.
        var version: UInt8
        var timeCount, typeCount, characterCount, leapCount, standardCount, utcCount: Int

        func bodySize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount + utcCount
        }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func take(_ count: Int) throws(TimeZoneFileError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Reads a number of at most 8 bytes, the highest first.
    mutating func number(_ size: Int) throws(TimeZoneFileError) -> Int64 {
        Int64(bitPattern: try take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    mutating func header() throws(TimeZoneFileError) -> Header {
        guard rest.starts(with: "TZif".utf8) else { throw .notTimeZone }
        let start = Array(try take(20))
        let version = start[4]
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try number(4))) }
        return Header(
            version: version, timeCount: counts[3], typeCount: counts[4], characterCount: counts[5], leapCount: counts[2], standardCount: counts[1],
            utcCount: counts[0])
    }

    /// Reads the line with the rule for all times behind the last change; nil when the line is empty.
    mutating func footer() throws(TimeZoneFileError) -> RecurringZoneRule? {
        guard !rest.isEmpty else { throw .truncated }
        guard rest.first == 0x0A else { throw .invalid("last line") }
        let line = rest.dropFirst().prefix { $0 != 0x0A }
        guard line.count + 1 < rest.count else { throw .truncated }
        guard !line.isEmpty else { return nil }
        guard let rule = RecurringZoneRule(String(decoding: line, as: UTF8.self)) else { throw .invalid("rule") }
        return rule
    }
}
