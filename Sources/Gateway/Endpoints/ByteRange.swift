internal import Framing

/// The part of a content that a request asks for with `Range` (RFC 9110, section 14): one range of bytes. Requests for several ranges, and ranges that
/// cannot be parsed, get the whole content.
enum ByteRange: Sendable, Equatable {
    case whole
    case part(Range<Int>)
    /// The range begins behind the content's end.
    case unsatisfiable

    /// - Parameter count: number of bytes of the content.
    init(_ headers: HTTPHeaders, of count: Int) {
        self = .whole
        // Contents have no validators, so a range that depends on one is not served.
        guard headers["If-Range"] == nil, let field = headers["Range"], field.lowercased().hasPrefix("bytes=") else { return }
        let ends = field.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false).map(\.trimmingBlanks)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.count <= 18 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?) where first > last: return
        case (let first?, let last): self = first < count ? .part(first..<min(count, (last ?? count - 1) + 1)) : .unsatisfiable
        case (nil, let length?): self = length > 0 && count > 0 ? .part(max(0, count - length)..<count) : .unsatisfiable
        case (nil, nil): return
        }
    }
}
