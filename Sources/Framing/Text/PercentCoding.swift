/// Encodes and decodes the escapes of URLs (RFC 3986 section 2.1).
package enum PercentCoding {
    /// An error in escaped text.
    package enum DecodingError: Error, Sendable, Equatable {
        /// A `%` is not followed by two hexadecimal digits.
        case malformedEscape
        /// The decoded bytes are not UTF-8.
        case invalidUTF8
    }

    /// Decodes escapes.
    ///
    /// - Parameter plusIsSpace: true if `+` means a space, as in queries and forms.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) throws(DecodingError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case ASCII.percent:
                guard let high = rest.next().flatMap(ASCII.hexValue), let low = rest.next().flatMap(ASCII.hexValue) else { throw .malformedEscape }
                bytes.append(high << 4 | low)
            case ASCII.plus where plusIsSpace: bytes.append(ASCII.space)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return decoded
    }

    /// Escapes everything but letters, digits and `-._~`, so that the result fits anywhere in a URL.
    package static func encode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [ASCII.percent, hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x37 &+ value }
}
