/// What a client's bytes say, in order: a head, any number of body pieces, the end, and then the next head.
package enum HTTPRequestEvent: Sendable, Equatable {
    case head(HTTPRequestHead)
    /// The next bytes of the body, as offsets into the input of this call.
    case body(Range<Int>)
    /// The request is complete. What follows in the input is the next request, or, when the server took the client's offer to upgrade, the
    /// other protocol.
    case end
}

/// The server's side of HTTP/1.1 and 1.0 (RFC 9112): bytes in, requests out, strict and bounded.
///
///     var offset = 0
///     while let event = try parser.next(input, from: &offset) { … }
///
/// nil means that the whole input was used and more is needed. Whoever waits with a pipelined request until the one before is answered
/// keeps the bytes from `offset` on.
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

    /// Whether nothing of a request has come since the last one's end.
    package var isBetweenRequests: Bool {
        switch state {
        case .head: scanner.isEmpty
        case .body, .failed: false
        }
    }

    /// Memory kept for a head that has not come whole, in bytes.
    package var keptByteCount: Int { scanner.keptByteCount }

    /// Lowers or raises what the body of the request at hand may have, in bytes. Of effect from its head to its end.
    package mutating func limitBody(to limit: Int) {
        guard case .body(var reader) = state else { return }
        reader.limit = limit
        state = .body(reader)
    }

    /// Returns what comes next in the input and moves `offset` behind it; nil when more input is needed.
    ///
    /// - Throws: once `closesConnection`, the same for ever; otherwise the request is to be refused, and its body and the next request follow.
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
        // From here on it is known where the request ends, so that a refusal need not cost the connection.
        state = .body(HTTPBodyReader(length, limits: limits))
        let target = try HTTPTarget(lines.second, method: method, limits: limits)
        let expectations = lines.headers.values("Expect")
        guard expectations.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else { throw .unsupportedExpectation }
        return HTTPRequestHead(method, lines.second, target, version: version, headers: lines.headers, body: length)
    }
}
