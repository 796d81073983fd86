/// Bytes that a parser returns: a range of its input, or bytes collected from several inputs.
package enum Bytes: Sendable, Equatable {
    /// Offsets into the input of the call that returned these bytes.
    case inPlace(Range<Int>)
    case assembled([UInt8])

    package var count: Int {
        switch self {
        case .inPlace(let range): range.count
        case .assembled(let bytes): bytes.count
        }
    }

    /// Calls `body` with the bytes, without a copy.
    ///
    /// - Parameter input: the input of the call that returned these bytes.
    package func withSpan<Result: ~Copyable, Failure: Error>(
        in input: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .inPlace(let range): try body(input.extracting(range))
        case .assembled(let bytes): try body(bytes.span.bytes)
        }
    }

    /// Returns a copy of the bytes.
    ///
    /// - Parameter input: the input of the call that returned these bytes.
    package func array(in input: RawSpan) -> [UInt8] {
        switch self {
        case .inPlace(let range): input.extracting(range).withUnsafeBytes { Array($0) }
        case .assembled(let bytes): bytes
        }
    }
}
