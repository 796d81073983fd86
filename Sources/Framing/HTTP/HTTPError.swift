/// An error in a received HTTP message.
package enum HTTPError: Error, Sendable, Equatable {
    /// A control character, a bare CR or a bare LF in the head.
    case invalidCharacter
    /// The line is not `METHOD target HTTP/1.x`, or in a response not `HTTP/1.x code reason`.
    case malformedStartLine
    /// A target that a server does not accept, or one with characters that must be escaped.
    case malformedTarget
    /// `%` without two hexadecimal digits, or escapes that are not UTF-8.
    case malformedEscape
    case tooManyQueryPairs(limit: Int)
    /// HTTP/2 without TLS, or an unknown later version.
    case unsupportedVersion
    /// `CONNECT`, which only proxies serve.
    case unsupportedMethod
    /// A header line without a name and a colon, with a blank before the colon, folded, or not UTF-8.
    case malformedField
    case missingHost
    case repeatedHost
    case malformedHost
    case malformedContentLength
    case repeatedContentLength
    /// Both `Content-Length` and `Transfer-Encoding`, which may be an attempt to smuggle a request.
    case ambiguousLength
    /// A `Transfer-Encoding` other than `chunked`.
    case unsupportedTransferEncoding
    /// An `Expect` other than `100-continue`.
    case unsupportedExpectation
    case malformedChunk
    case malformedTrailer
    case startLineTooLong(limit: Int)
    case headTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case bodyTooLarge(limit: Int)
    /// The connection ended inside a message.
    case truncated

    /// The status with which a server answers.
    package var status: HTTPStatus {
        switch self {
        case .invalidCharacter, .malformedStartLine, .malformedTarget, .malformedEscape, .tooManyQueryPairs, .malformedField, .missingHost,
            .repeatedHost, .malformedHost, .malformedContentLength, .repeatedContentLength, .ambiguousLength, .malformedChunk, .malformedTrailer,
            .truncated:
            .badRequest
        case .bodyTooLarge: .contentTooLarge
        case .startLineTooLong: .uriTooLong
        case .unsupportedExpectation: .expectationFailed
        case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unsupportedTransferEncoding, .unsupportedMethod: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        }
    }

    /// True if nothing that follows on the connection can be trusted. Otherwise the parser continues with the body of the rejected request.
    package var closesConnection: Bool {
        switch self {
        case .malformedTarget, .malformedEscape, .tooManyQueryPairs, .unsupportedExpectation: false
        case .invalidCharacter, .malformedStartLine, .unsupportedVersion, .unsupportedMethod, .malformedField, .missingHost, .repeatedHost,
            .malformedHost, .malformedContentLength, .repeatedContentLength, .ambiguousLength, .unsupportedTransferEncoding, .malformedChunk,
            .malformedTrailer, .startLineTooLong, .headTooLarge, .tooManyFields, .bodyTooLarge, .truncated:
            true
        }
    }
}

extension HTTPError: CustomStringConvertible {
    /// Text for the peer's developer: the error and its remedy. Never quotes the message.
    package var description: String {
        switch self {
        case .invalidCharacter: "The head has a control character, or a line that does not end with CR LF."
        case .malformedStartLine: "The first line is not an HTTP/1.1 request line."
        case .malformedTarget: "The request target is not a path that begins with a slash, or has characters that must be percent-encoded."
        case .malformedEscape:
            "The request target has a percent sign without two hexadecimal digits, or percent-encoded bytes that are not UTF-8 text."
        case .tooManyQueryPairs(let limit): "The query has more than \(limit) parameters."
        case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are supported."
        case .unsupportedMethod: "CONNECT is not supported: this server is not a proxy."
        case .malformedField: "A header line is malformed."
        case .missingHost: "The Host header is missing."
        case .repeatedHost: "The Host header appears more than once."
        case .malformedHost: "The Host header is not a host name with an optional port."
        case .malformedContentLength: "Content-Length is not a decimal number."
        case .repeatedContentLength: "Content-Length appears more than once."
        case .ambiguousLength: "Content-Length and Transfer-Encoding are both present; send one."
        case .unsupportedTransferEncoding: "The only Transfer-Encoding supported is chunked, in HTTP/1.1."
        case .unsupportedExpectation: "The only Expect supported is 100-continue."
        case .malformedChunk: "The chunked body is malformed."
        case .malformedTrailer: "The trailers of the chunked body are malformed or too long."
        case .startLineTooLong(let limit): "The request line is longer than \(limit) bytes."
        case .headTooLarge(let limit): "The request head is larger than \(limit) bytes."
        case .tooManyFields(let limit): "The request has more than \(limit) header lines."
        case .bodyTooLarge(let limit): "The body is larger than \(limit) bytes."
        case .truncated: "The connection ended inside a message."
        }
    }
}
