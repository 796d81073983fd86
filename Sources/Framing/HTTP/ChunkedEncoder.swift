/// Writes a body of unknown length in chunks (RFC 9112 section 7.1).
package enum ChunkedEncoder {
    /// Appends one chunk; appends nothing for an empty span, because an empty chunk would end the body.
    package static func append(_ bytes: RawSpan, to output: inout [UInt8]) {
        guard bytes.byteCount > 0 else { return }
        output += String(bytes.byteCount, radix: 16).utf8
        output += "\r\n".utf8
        bytes.withUnsafeBytes { output.append(contentsOf: $0) }
        output += "\r\n".utf8
    }

    /// Appends the end of the body.
    package static func appendEnd(to output: inout [UInt8]) {
        output += "0\r\n\r\n".utf8
    }
}
