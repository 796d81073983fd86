/// Reads a streamed tar archive (`ustar` of POSIX); the input may be cut anywhere. Holds at most a header, of 1 MiB.
///
/// Folders, and the headers by which other programs add times and owners, are passed over. Names are checked, so that no name leads out of a folder.
///
///     var offset = 0
///     while let event = try reader.next(input, from: &offset) { … }
///     // after the last input
///     try reader.finish()
package struct TarReader: Sendable {
    private enum State: Sendable, Equatable {
        case header  // → content, skipping, end
        case content(Int)  // → fileEnd
        case fileEnd(padding: Int)  // → skipping
        /// Bytes that nobody reads: padding, folders and additional headers.
        case skipping(Int)  // → header
        /// A header of pax, whose records say more of the next file.
        case extra(Int)  // → skipping
        /// The end, with the number of bytes that may still follow.
        case end(Int)
        case failed(TarError)
    }

    /// Maximum size of a header by which another program adds facts about a file, in bytes.
    private static let maxExtra = 1 << 20
    /// Maximum number of bytes behind the end, as many as a tape's block has: programs fill the last block with zeros.
    private static let maxRest = 1 << 20
    private static let blockSize = TarArchive.blockSize
    private static let gzip: [UInt8] = [0x1F, 0x8B]

    private let maxEntries: Int
    private var entries = 0
    private var header: [UInt8] = []
    private var state = State.header
    /// Records of the header of pax that is being read.
    private var extra: [UInt8] = []
    private var extraName = ""
    /// Number of bytes between the present file's content and the next header.
    private var padding = 0

    /// - Parameter maxEntries: maximum number of files, folders and additional headers.
    package init(maxEntries: Int) { self.maxEntries = maxEntries }

    /// Returns the next event in the input and moves `offset` after it; nil when the whole input is used.
    package mutating func next(_ input: RawSpan, from offset: inout Int) throws(TarError) -> TarEvent? {
        do throws(TarError) { return try event(input, &offset) } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Ends the archive.
    package mutating func finish() throws(TarError) {
        switch state {
        case .end: return
        case .failed(let error): throw error
        case .header, .content, .fileEnd, .skipping, .extra: throw entries == 0 && header.count < Self.blockSize ? .notAnArchive : .truncated
        }
    }

    private mutating func event(_ input: RawSpan, _ offset: inout Int) throws(TarError) -> TarEvent? {
        while true {
            switch state {
            case .header:
                let count = min(Self.blockSize - header.count, input.byteCount - offset)
                input.extracting(offset..<(offset + count)).withUnsafeBytes { header.append(contentsOf: $0) }
                offset += count
                guard header.count == Self.blockSize else { return nil }
                let block = header
                header = []
                if let event = try read(block) { return event }
            case .content(let rest):
                let count = min(rest, input.byteCount - offset)
                guard count > 0 else { return nil }
                defer { offset += count }
                if count < rest {
                    state = .content(rest - count)
                } else {
                    state = .fileEnd(padding: padding)
                }
                return .data(.inPlace(offset..<(offset + count)))
            case .fileEnd(let padding):
                state = .skipping(padding)
                return .fileEnd
            case .skipping(let rest):
                let count = min(rest, input.byteCount - offset)
                offset += count
                state = count < rest ? .skipping(rest - count) : .header
                guard count == rest else { return nil }
            case .extra(let rest):
                let count = min(rest, input.byteCount - offset)
                input.extracting(offset..<(offset + count)).withUnsafeBytes { extra.append(contentsOf: $0) }
                offset += count
                guard count == rest else {
                    state = .extra(rest - count)
                    return nil
                }
                let records = extra
                extra = []
                // The size in the header is not the file's then.
                guard !Self.hasSize(records) else { throw .unsupported(name: extraName.shown) }
                state = .skipping(padding)
            case .end(let rest):
                let count = input.byteCount - offset
                guard count <= rest else { throw .damaged }
                state = .end(rest - count)
                offset = input.byteCount
                return nil
            case .failed(let error): throw error
            }
        }
    }

    private mutating func read(_ block: [UInt8]) throws(TarError) -> TarEvent? {
        // An archive ends with two empty blocks; some programs write only one.
        guard block.contains(where: { $0 != 0 }) else {
            guard entries > 0 else { throw .notAnArchive }
            state = .end(Self.maxRest)
            return .end
        }
        guard Self.hasRightChecksum(block) else {
            guard entries == 0 else { throw .damaged }
            throw block.starts(with: Self.gzip) ? .compressed : .notAnArchive
        }
        entries += 1
        guard entries <= maxEntries else { throw .tooManyEntries(limit: maxEntries) }
        let name = Self.name(block)
        guard let byteCount = Self.number(block[124..<136]) else { throw .tooLarge(name: name.shown) }
        padding = TarArchive.padding(after: byteCount)
        switch block[156] {
        case UInt8(ascii: "0"), 0:
            guard Self.isSafe(name) else { throw .unsafeName(name.shown) }
            state = byteCount > 0 ? .content(byteCount) : .fileEnd(padding: 0)
            return .file(TarFile(name: name, byteCount: byteCount))
        case UInt8(ascii: "5"):
            guard Self.isSafe(name) else { throw .unsafeName(name.shown) }
            state = .skipping(byteCount + padding)
        case UInt8(ascii: "x"), UInt8(ascii: "g"):
            guard byteCount <= Self.maxExtra else { throw .tooLarge(name: name.shown) }
            (extra, extraName, state) = ([], name, .extra(byteCount))
        default: throw .unsupported(name: name.shown)
        }
        return nil
    }

    // MARK: Fields

    /// Returns true if records of pax, such as `20 size=9663676416` and a line break, name a size.
    private static func hasSize(_ records: [UInt8]) -> Bool {
        records.split(separator: UInt8(ascii: "\n")).contains { line in
            line.drop { $0 != UInt8(ascii: " ") }.dropFirst().starts(with: "size=".utf8)
        }
    }

    /// Compares the sum of the header's bytes, with its own field as spaces.
    private static func hasRightChecksum(_ block: [UInt8]) -> Bool {
        guard let checksum = number(block[148..<156]) else { return false }
        var sum = 8 * Int(UInt8(ascii: " "))
        for (place, byte) in block.enumerated() where !(148..<156).contains(place) { sum += Int(byte) }
        return sum == checksum
    }

    /// Returns an octal number, between spaces and zero bytes; nil when the field has anything else.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        guard digits.count <= 12 else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            number = number << 3 | Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func name(_ block: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self) }
        // Only POSIX archives have a prefix; archives of GNU have other data there.
        let prefix = block[257..<263].elementsEqual(Array("ustar\0".utf8)) ? text(345..<500) : ""
        return prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100)
    }

    private static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
            && !name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }
    }
}
