/// Finds the empty line that ends a head, and keeps a head that comes in pieces; the input may be cut anywhere.
///
/// Lines end with CR LF only. Control characters except tabs are rejected at once, so that a peer that does not speak HTTP soon gets an error.
struct HTTPHeadScanner: Sendable {
    private enum Expectation: Sendable {
        case any, lineFeed
    }

    private let limits: HTTPLimits
    /// The part of the head that came in earlier inputs.
    private var kept: [UInt8] = []
    private var expectation = Expectation.any
    private var skippedEmptyLine = false
    private var total = 0
    private var lineLength = 0
    /// Number of complete lines, including the start line.
    private var lines = 0

    init(limits: HTTPLimits) { self.limits = limits }

    /// True if no byte of a head has come yet.
    var isEmpty: Bool { total == 0 && !skippedEmptyLine }

    /// Memory that is kept for an incomplete head, in bytes.
    var keptByteCount: Int { kept.capacity }

    /// Continues at `offset`, moves `offset` after the examined bytes, and returns the head with its empty line; nil until that line has come.
    ///
    /// One empty line before the start line is dropped (RFC 9112 section 2.2).
    mutating func next(_ input: RawSpan, from offset: inout Int) throws(HTTPError) -> Bytes? {
        var start = offset
        while offset < input.byteCount {
            let byte = input.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            offset += 1
            total += 1
            guard total <= limits.head else { throw .headTooLarge(limit: limits.head) }
            switch expectation {
            case .lineFeed:
                guard byte == ASCII.lineFeed else { throw .invalidCharacter }
                expectation = .any
                if lineLength > 0 {
                    lines += 1
                    lineLength = 0
                    guard lines <= limits.fields + 1 else { throw .tooManyFields(limit: limits.fields) }
                } else if lines > 0 {
                    return finish(input, start..<offset)
                } else {
                    guard !skippedEmptyLine else { throw .malformedStartLine }
                    skippedEmptyLine = true
                    total = 0
                    kept.removeAll()
                    start = offset
                }
            case .any:
                if byte == ASCII.carriageReturn {
                    expectation = .lineFeed
                } else {
                    guard byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab else { throw .invalidCharacter }
                    lineLength += 1
                    guard lines > 0 || lineLength <= limits.startLine else { throw .startLineTooLong(limit: limits.startLine) }
                }
            }
        }
        input.extracting(start..<offset).withUnsafeBytes { kept += $0 }
        return nil
    }

    private mutating func finish(_ input: RawSpan, _ range: Range<Int>) -> Bytes {
        var head: Bytes = .inPlace(range)
        if !kept.isEmpty {
            input.extracting(range).withUnsafeBytes { kept += $0 }
            head = .assembled(kept)
        }
        self = HTTPHeadScanner(limits: limits)
        return head
    }
}
