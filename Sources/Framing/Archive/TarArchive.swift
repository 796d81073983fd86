/// An archive of files in the format `ustar` of POSIX (pax, IEEE Std 1003.1), which `tar` reads.
package struct TarArchive: Sendable {
    static let blockSize = 512
    private static let maxNameLength = 100

    /// Maximum size of a file in bytes: 8 GiB − 1, as many as 11 octal digits can say.
    package static let maxByteCount = 0o77_777_777_777

    private var archive: [UInt8] = []
    /// Number of bytes that the file that was begun still needs.
    private var missing = 0
    /// Number of bytes of padding that follow the file that was begun.
    private var padding = 0

    package init() {}

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - name: at most 100 bytes of ASCII.
    ///   - seconds: time of the file's last change, in seconds since 1970.
    package mutating func add(_ name: String, _ content: [UInt8], changedAt seconds: Int64) {
        begin(name, byteCount: content.count, changedAt: seconds)
        append(content)
    }

    /// Begins a file whose content comes by `append`.
    ///
    /// - Parameters:
    ///   - name: at most 100 bytes of ASCII.
    ///   - byteCount: size of the content, at most `maxByteCount`.
    ///   - seconds: time of the file's last change, in seconds since 1970.
    package mutating func begin(_ name: String, byteCount: Int, changedAt seconds: Int64) {
        var header = [UInt8](repeating: 0, count: Self.blockSize)
        func put(_ text: String, at offset: Int) { header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8) }
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(max(0, number), radix: 8)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        put(String(decoding: name.utf8.prefix(Self.maxNameLength), as: UTF8.self), at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(byteCount, digits: 11), at: 124)
        put(octal(Int(seconds), digits: 11), at: 136)
        // The checksum is computed as if its own field were spaces.
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\0" + "00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        archive += header
        missing = byteCount
        padding = Self.padding(after: byteCount)
    }

    /// Adds bytes to the file that was begun. Bytes beyond the file's size are left out.
    package mutating func append(_ bytes: [UInt8]) {
        let used = min(bytes.count, missing)
        archive += used == bytes.count ? bytes[...] : bytes[..<used]
        missing -= used
        guard missing == 0 else { return }
        archive += [UInt8](repeating: 0, count: padding)
        padding = 0
    }

    /// True if the file that was begun has all its bytes.
    package var isFileComplete: Bool { missing == 0 }

    /// Returns the bytes that were added since the last call.
    package mutating func take() -> [UInt8] {
        defer { archive = [] }
        return archive
    }

    /// Adds the mark of the archive's end.
    package mutating func end() { archive += [UInt8](repeating: 0, count: 2 * Self.blockSize) }

    /// Ends the archive.
    ///
    /// - Returns: the bytes of the archive that were not taken.
    package consuming func finish() -> [UInt8] {
        end()
        return archive
    }

    /// Returns the number of bytes between a content and the next header.
    static func padding(after byteCount: Int) -> Int { (blockSize - byteCount % blockSize) % blockSize }
}
