/// A page of a file of Ogg.
package struct OggPage: Sendable {
    /// Number of samples at its end.
    package let end: Int
    package let bytes: ArraySlice<UInt8>

    /// Returns the pages of a whole file.
    package static func all(in bytes: [UInt8]) -> [OggPage] {
        var pages: [OggPage] = [], start = 0
        while start + 27 <= bytes.count {
            let table = bytes[start + 27..<start + 27 + Int(bytes[start + 26])]
            let next = start + 27 + table.count + table.reduce(0) { $0 + Int($1) }
            let samples = (0..<4).reduce(0) { $0 | Int(bytes[start + 6 + $1]) << (8 * $1) }
            pages.append(OggPage(end: samples, bytes: bytes[start..<next]))
            start = next
        }
        return pages
    }
}
