/// A complete head, divided into its start line and its fields.
struct HTTPHeadLines {
    /// The words of the start line, separated by single spaces; the third word may contain spaces.
    let first, second, third: String
    let headers: HTTPHeaders

    /// - Parameter head: lines that end with CR LF, with an empty line at the end, and without control characters except tabs.
    init(_ head: RawSpan) throws(HTTPError) {
        let bytes = head.withUnsafeBytes { Array($0) }
        var lines = bytes.split(separator: ASCII.carriageReturn).makeIterator()
        guard let startLine = lines.next() else { throw .malformedStartLine }
        let words = startLine.split(separator: ASCII.space, maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, let first = Self.text(words[0]), let second = Self.text(words[1]) else { throw .malformedStartLine }
        guard let third = Self.text(words.count > 2 ? words[2] : []) else { throw .malformedStartLine }
        self.first = first
        self.second = second
        self.third = third
        var headers = HTTPHeaders()
        while let line = lines.next() {
            // The byte before the line is the LF of the previous line.
            let line = line.dropFirst()
            guard let start = line.first else { break }
            guard ASCII.isToken(start), let colon = line.firstIndex(of: ASCII.colon), line[..<colon].allSatisfy(ASCII.isToken),
                let name = Self.text(line[..<colon]), let value = Self.text(line[(colon + 1)...])
            else { throw .malformedField }
            headers.add(name, String(value[...].trimmingBlanks))
        }
        self.headers = headers
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

    /// Returns the length of the body that the fields give; nil when they give none.
    ///
    /// Strict, so that no message can be smuggled: each field at most once, never both fields, and no encoding except `chunked` (RFC 9112 section 6).
    func bodyLength(version: HTTPVersion, limit: Int) throws(HTTPError) -> HTTPBodyLength? {
        let lengths = headers.values("Content-Length")
        let encodings = headers.values("Transfer-Encoding")
        if let encoding = encodings.first {
            guard lengths.isEmpty else { throw .ambiguousLength }
            guard version == .http11, encodings.count == 1, encoding.equalsIgnoringCase("chunked") else { throw .unsupportedTransferEncoding }
            return .chunked
        }
        guard let text = lengths.first else { return nil }
        guard lengths.count == 1 else { throw .repeatedContentLength }
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else { throw .malformedContentLength }
        guard let length = Int(text), length <= limit else { throw .bodyTooLarge(limit: limit) }
        return length == 0 ? HTTPBodyLength.none : .known(length)
    }

    /// Returns `HTTP/1.1` or `HTTP/1.0`. The error distinguishes other versions from text that is not a version.
    static func version(_ text: String) throws(HTTPError) -> HTTPVersion {
        switch text {
        case "HTTP/1.1": return .http11
        case "HTTP/1.0": return .http10
        default: break
        }
        let bytes = Array(text.utf8)
        guard bytes.count == 8, text.hasPrefix("HTTP/"), ASCII.isDigit(bytes[5]), bytes[6] == 0x2E, ASCII.isDigit(bytes[7]) else {
            throw .malformedStartLine
        }
        throw .unsupportedVersion
    }
}
