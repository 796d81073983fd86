/// An error in a multipart form.
package enum MultipartError: Error, Sendable, Equatable {
    /// The content type is not `multipart/form-data`.
    case notAForm
    /// The content type has no boundary, or one that RFC 2046 does not allow.
    case malformedBoundary
    /// The bytes after a boundary are not a line end.
    case malformedDelimiter
    /// A part's head is not made of header lines in UTF-8.
    case malformedHead
    /// A part has no `Content-Disposition: form-data; name=…`.
    case missingName
    /// A part's head is larger than `limit` bytes.
    case headTooLarge(limit: Int)
    case tooManyParts(limit: Int)
    /// More than `limit` bytes come before the first boundary.
    case preambleTooLong(limit: Int)
    /// The body ended before the last boundary.
    case truncated

    /// The status with which a server answers.
    package var status: HTTPStatus {
        switch self {
        case .notAForm: .unsupportedMediaType
        case .malformedBoundary, .malformedDelimiter, .malformedHead, .missingName, .truncated: .badRequest
        case .headTooLarge, .tooManyParts, .preambleTooLong: .contentTooLarge
        }
    }
}

extension MultipartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAForm: "The body must be multipart/form-data."
        case .malformedBoundary: "The Content-Type has no boundary of 1 to 70 allowed characters."
        case .malformedDelimiter: "A boundary is not followed by a line end."
        case .malformedHead: "A part of the form has a malformed header."
        case .missingName: "A part of the form has no name."
        case .headTooLarge(let limit): "The headers of a part are larger than \(limit) bytes."
        case .tooManyParts(let limit): "The form has more than \(limit) parts."
        case .preambleTooLong(let limit): "No boundary within the first \(limit) bytes of the body."
        case .truncated: "The body ends before the closing boundary."
        }
    }
}
