/// The content of a client's bytes, in order: a head, any number of body pieces, the end, and then the next head.
package enum HTTPRequestEvent: Sendable, Equatable {
    case head(HTTPRequestHead)
    /// The next bytes of the body, as offsets into the input of this call.
    case body(Range<Int>)
    /// The request is complete. The rest of the input is the next request or, if the server accepted the client's offer to upgrade, the other
    /// protocol.
    case end
}

/// The server's side of HTTP/1.1 and 1.0 (RFC 9112): turns bytes into requests, strictly and within limits.
///
///     var offset = 0
///     while let event = try parser.next(input, from: &offset) { … }
///
/// nil means that the whole input was used and more is needed. A caller that delays a pipelined request until the previous one is answered must keep
/// the bytes from `offset` on.
package struct HTTPRequestParser: Sendable {
    private enum State: Sendable {
        case head  // → body, failed
        case body(HTTPBodyReader)  // → head, failed
        case failed(HTTPError)
    }

    private let limits: HTTPLimits
    private var scanner: HTTPHeadScanner
    private var state = State.head

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        scanner = HTTPHeadScanner(limits: limits)
    }

    /// True if no byte of the next request has come since the last request's end.
    package var isBetweenRequests: Bool {
        switch state {
        case .head: scanner.isEmpty
        case .body, .failed: false
        }
    }

    /// Memory that is kept for an incomplete head, in bytes.
    package var keptByteCount: Int { scanner.keptByteCount }

    /// Sets the maximum size of the present request's body, in bytes. Has an effect from the request's head to its end.
    package mutating func limitBody(to limit: Int) {
        guard case .body(var reader) = state else { return }
        reader.limit = limit
        state = .body(reader)
    }

    /// Returns the next event in the input and moves `offset` after it; nil when more input is needed.
    ///
    /// - Throws: an error with `closesConnection` is thrown again by every further call. After any other error the request must be rejected, and its
    ///   body and the next request follow.
    package mutating func next(_ input: RawSpan, from offset: inout Int) throws(HTTPError) -> HTTPRequestEvent? {
        do throws(HTTPError) {
            switch state {
            case .failed(let error): throw error
            case .head:
                guard let bytes = try scanner.next(input, from: &offset) else { return nil }
                return .head(try bytes.withSpan(in: input) { bytes throws(HTTPError) in try head(bytes) })
            case .body(var reader):
                let part = try reader.next(input, from: &offset)
                state = part == .end ? .head : .body(reader)
                switch part {
                case .data(let range): return .body(range)
                case .end: return .end
                case nil: return nil
                }
            }
        } catch {
            if error.closesConnection { state = .failed(error) }
            throw error
        }
    }

    private mutating func head(_ bytes: RawSpan) throws(HTTPError) -> HTTPRequestHead {
        let lines = try HTTPHeadLines(bytes)
        guard !lines.first.isEmpty, lines.first.utf8.allSatisfy(ASCII.isToken), !lines.second.isEmpty else { throw .malformedStartLine }
        let version = try HTTPHeadLines.version(lines.third)
        let method = HTTPMethod(lines.first)
        guard method != .connect else { throw .unsupportedMethod }
        let hosts = lines.headers.values("Host")
        guard hosts.count <= 1 else { throw .repeatedHost }
        if let host = hosts.first {
            guard HTTPTarget.isAuthority(host) else { throw .malformedHost }
        } else if version == .http11 {
            throw .missingHost
        }
        let length = try lines.bodyLength(version: version, limit: limits.body) ?? .none
        // From here on the end of the request is known, so a rejection need not close the connection.
        state = .body(HTTPBodyReader(length, limits: limits))
        let target = try HTTPTarget(lines.second, method: method, limits: limits)
        let expectations = lines.headers.values("Expect")
        guard expectations.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else { throw .unsupportedExpectation }
        return HTTPRequestHead(method, lines.second, target, version: version, headers: lines.headers, body: length)
    }
}
