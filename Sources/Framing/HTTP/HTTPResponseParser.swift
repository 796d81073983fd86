/// The content of a server's bytes, in order: any number of interim heads, a head, any number of body pieces, the end.
package enum HTTPResponseEvent: Sendable, Equatable {
    /// A head with a status 1xx other than 101.
    case interim(HTTPResponseHead)
    case head(HTTPResponseHead, body: HTTPBodyLength)
    /// The next bytes of the body, as offsets into the input of this call.
    case body(Range<Int>)
    /// The response is complete. After 101, the rest of the input is the other protocol.
    case end
}

/// The client's side of HTTP/1.1: parses one response, as strictly as the server's side. Used like `HTTPRequestParser`.
package struct HTTPResponseParser: Sendable {
    private enum State: Sendable {
        case head  // → head, body, failed
        case body(HTTPBodyReader)  // → failed
        case failed(HTTPError)
    }

    private let limits: HTTPLimits
    private let method: HTTPMethod
    private var scanner: HTTPHeadScanner
    private var state = State.head
    private var ended = false

    /// - Parameter method: the method of the answered request; an answer to `HEAD` has no body.
    package init(answering method: HTTPMethod = .get, limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        self.method = method
        scanner = HTTPHeadScanner(limits: limits)
    }

    /// Returns the next event in the input and moves `offset` after it; nil when more input is needed, and after the end.
    package mutating func next(_ input: RawSpan, from offset: inout Int) throws(HTTPError) -> HTTPResponseEvent? {
        do throws(HTTPError) {
            switch state {
            case .failed(let error): throw error
            case .head:
                guard let bytes = try scanner.next(input, from: &offset) else { return nil }
                return try bytes.withSpan(in: input) { bytes throws(HTTPError) in try head(bytes) }
            case .body(var reader):
                guard !ended else { return nil }
                let part = try reader.next(input, from: &offset)
                state = .body(reader)
                switch part {
                case .data(let range): return .body(range)
                case .end:
                    ended = true
                    return .end
                case nil: return nil
                }
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Handles the end of the connection.
    ///
    /// - Returns: `.end` if the end of the connection is the end of the response; otherwise nil.
    /// - Throws: `.truncated` when the response is incomplete.
    package mutating func finish() throws(HTTPError) -> HTTPResponseEvent? {
        switch state {
        case .failed(let error): throw error
        case .head: throw .truncated
        case .body(var reader):
            guard !ended else { return nil }
            try reader.finish()
            ended = true
            return .end
        }
    }

    private mutating func head(_ bytes: RawSpan) throws(HTTPError) -> HTTPResponseEvent {
        let lines = try HTTPHeadLines(bytes)
        let version = try HTTPHeadLines.version(lines.first)
        guard lines.second.utf8.count == 3, lines.second.utf8.allSatisfy(ASCII.isDigit), let code = Int(lines.second), 100...599 ~= code else {
            throw .malformedStartLine
        }
        let head = HTTPResponseHead(HTTPStatus(code, lines.third), headers: lines.headers)
        if code < 200, code != HTTPStatus.switchingProtocols.code { return .interim(head) }
        let declared = try lines.bodyLength(version: version, limit: limits.body)
        let length: HTTPBodyLength = method == .head || head.status.forbidsBody ? .none : declared ?? .untilClose
        state = .body(HTTPBodyReader(length, limits: limits))
        return .head(head, body: length)
    }
}
