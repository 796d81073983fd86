import CJansson

/// A parsed JSON document. It is freed with its owner; views of its values cannot outlive it.
///
/// Strict (RFC 8259): rejects invalid UTF-8, lone surrogates, and numbers that fit neither `Int64` nor `Double`. The last of several members with the
/// same name counts.
package struct JSONDocument: ~Copyable {
    private let handle: UnsafeMutablePointer<json_t>

    /// - Parameters:
    ///   - bytes: the document in UTF-8, with or without blanks around it.
    ///   - sizeLimit: the maximum size, in bytes.
    ///   - depthLimit: the maximum nesting of arrays and objects.
    package init(parsing bytes: RawSpan, sizeLimit: Int = 16_777_216, depthLimit: Int = 64) throws(JSONError) {
        guard bytes.byteCount <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
        if let position = Self.positionDeeper(than: depthLimit, in: bytes) { throw .tooDeep(position: position, limit: depthLimit) }
        // Jansson would read a zero byte as the end of the text.
        if let position = bytes.withUnsafeBytes({ $0.firstIndex(of: 0) }) {
            throw .malformed(position: position, line: 1, problem: "a zero byte")
        }
        var error = json_error_t()
        let flags = Int(JSON_DECODE_ANY | JSON_ALLOW_NUL)
        guard let handle = bytes.withUnsafeBytes({ json_loadb($0.baseAddress, $0.count, flags, &error) }) else { throw Self.error(from: error) }
        self.handle = handle
    }

    package init(parsing bytes: [UInt8], sizeLimit: Int = 16_777_216, depthLimit: Int = 64) throws(JSONError) {
        try self.init(parsing: bytes.span.bytes, sizeLimit: sizeLimit, depthLimit: depthLimit)
    }

    deinit { json_decref(handle) }

    /// The outermost value.
    package var root: JSONView {
        @_lifetime(borrow self)
        get { _overrideLifetime(JSONView(handle: handle), borrowing: self) }
    }

    /// Returns true if a text of JSON could have more than `limit` values. Each value takes memory of hundreds of bytes when it is parsed, and two
    /// bytes of the text; the text is only counted. Characters inside strings do not count.
    package static func hasMoreValues(than limit: Int, in bytes: RawSpan) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var count = 1, inString = false, position = 0
            while position < bytes.count, count <= limit {
                switch bytes[position] {
                case ASCII.quote: inString.toggle()
                case ASCII.backslash where inString: position += 1
                // Every value but the first stands after one of these.
                case 0x2C where !inString, 0x5B where !inString, 0x7B where !inString: count += 1
                default: break
                }
                position += 1
            }
            return count > limit
        }
    }

    /// Returns the position at which the nesting exceeds the limit; nil when it does not. Jansson parses by recursion, up to 2,048 levels; this check
    /// rejects earlier, before Jansson starts. Brackets inside strings do not count.
    private static func positionDeeper(than limit: Int, in bytes: RawSpan) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var depth = 0
            var inString = false
            var position = 0
            while position < bytes.count {
                switch bytes[position] {
                case ASCII.quote: inString.toggle()
                case ASCII.backslash where inString: position += 1
                case 0x5B where !inString, 0x7B where !inString:
                    depth += 1
                    if depth > limit { return position }
                case 0x5D where !inString, 0x7D where !inString: depth -= 1
                default: break
                }
                position += 1
            }
            return nil
        }
    }

    private static func error(from error: json_error_t) -> JSONError {
        let problem = withUnsafeBytes(of: error.text) { text in
            // The last byte of the field is the error's code.
            String(decoding: text.dropLast().prefix { $0 != 0 }, as: UTF8.self)
        }
        return .malformed(position: max(0, Int(error.position)), line: max(1, Int(error.line)), problem: problem)
    }
}
