/// Bytes that a parser hands out: in the input that it was given, or put together from several inputs.
package enum Bytes: Sendable, Equatable {
    /// Offsets into the input of this very call.
    case inPlace(Range<Int>)
    case assembled([UInt8])

    package var count: Int {
        switch self {
        case .inPlace(let range): range.count
        case .assembled(let bytes): bytes.count
        }
    }

    /// Shows the bytes where they lie.
    ///
    /// - Parameter input: what the parser was given when it handed these out.
    package func withSpan<Result: ~Copyable, Failure: Error>(
        in input: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .inPlace(let range): try body(input.extracting(range))
        case .assembled(let bytes): try body(bytes.span.bytes)
        }
    }

    /// A copy.
    package func array(in input: RawSpan) -> [UInt8] {
        switch self {
        case .inPlace(let range): input.extracting(range).withUnsafeBytes { Array($0) }
        case .assembled(let bytes): bytes
        }
    }
}
