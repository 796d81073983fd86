/// A complete head, taken apart into its start line and its fields.
struct HTTPHeadLines {
    /// The words of the start line, separated by single spaces; the last may have spaces in it.
    let first, second, third: String
    let headers: HTTPHeaders

    /// - Parameter head: lines that end with CR LF, the last one empty, without other control characters but the tab.
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
            // What is before it is the LF of the line before.
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

    /// The length of the body as the fields tell it; nil when they tell nothing.
    ///
    /// Strict where messages could be smuggled: each field once at most, never both, `chunked` only (RFC 9112 section 6).
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

    /// `HTTP/1.1` and `HTTP/1.0`; other versions are told from what is no version at all.
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
