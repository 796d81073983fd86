/// Reads JSON from front to back without building a document, for messages that come by the thousand and are read once.
///
/// As strict as `JSONDocument`, except that the receiver of the bytes must have checked UTF-8. A value of a type other than the requested one reads
/// as nil and is skipped. Used inside `RawSpan.withUnsafeBytes`; must not outlive that call.
package struct JSONReader: ~Copyable {
    /// The bytes are not JSON, or the nesting is too deep.
    package struct Malformed: Error, Sendable, Equatable {
        /// Position of the error, in bytes from the start.
        package var position: Int
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0
    private let depthLimit: Int

    package init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int = 32) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    // MARK: Containers

    /// Returns true, and steps into the value, if the next value is an object or array that begins with this bracket.
    private mutating func begins(with bracket: UInt8) throws(Malformed) -> Bool {
        guard try next() == bracket else { return false }
        guard depth < depthLimit else { throw malformed }
        depth += 1
        position += 1
        return true
    }

    /// Calls `member` for each member; `member` must read or skip the value.
    ///
    /// - Returns: true if the value is an object. Any other value is skipped.
    @discardableResult
    package mutating func object(_ member: (JSONName, inout JSONReader) throws(Malformed) -> Void) throws(Malformed) -> Bool {
        guard try begins(with: 0x7B) else {
            try skip()
            return false
        }
        var isFirst = true
        while try !ends(with: 0x7D, isFirst: &isFirst) {
            let name = try name()
            guard try next() == ASCII.colon else { throw malformed }
            position += 1
            try member(name, &self)
        }
        return true
    }

    /// Returns the strings of an array, without its other elements; empty for any other value, which is skipped.
    package mutating func strings() throws(Malformed) -> [String] {
        var strings: [String] = []
        try array { _, reader throws(Malformed) in
            if let text = try reader.string() { strings.append(text) }
        }
        return strings
    }

    /// Calls `element` for each element; `element` must read or skip the value.
    ///
    /// - Returns: true if the value is an array. Any other value is skipped.
    @discardableResult
    package mutating func array(_ element: (Int, inout JSONReader) throws(Malformed) -> Void) throws(Malformed) -> Bool {
        guard try begins(with: 0x5B) else {
            try skip()
            return false
        }
        var isFirst = true
        var index = 0
        while try !ends(with: 0x5D, isFirst: &isFirst) {
            try element(index, &self)
            index += 1
        }
        return true
    }

    /// Steps over the closing bracket and returns true; otherwise moves to the next member or element.
    private mutating func ends(with bracket: UInt8, isFirst: inout Bool) throws(Malformed) -> Bool {
        let byte = try next()
        if byte == bracket {
            position += 1
            depth -= 1
            return true
        }
        if !isFirst {
            guard byte == ASCII.comma else { throw malformed }
            position += 1
        }
        isFirst = false
        return false
    }

    package enum Kind: Sendable { case object, array, string, number, bool, null }

    /// Returns the kind of the next value, judged by its first byte.
    package mutating func nextKind() throws(Malformed) -> Kind {
        switch try next() {
        case 0x7B: .object
        case 0x5B: .array
        case ASCII.quote: .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// Checks that only blanks are left.
    package mutating func end() throws(Malformed) {
        skipBlanks()
        guard position == bytes.count else { throw malformed }
    }

    // MARK: Values

    package mutating func string() throws(Malformed) -> String? {
        guard try next() == ASCII.quote else {
            try skip()
            return nil
        }
        let (range, hasEscapes) = try quoted()
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        return hasEscapes ? try unescaped(text, at: range.lowerBound) : String(decoding: text, as: UTF8.self)
    }

    /// Calls `body` with the bytes of a string, without a copy unless the string has escapes.
    ///
    /// - Returns: the result of `body`; nil for any other value, which is skipped.
    @discardableResult
    package mutating func string<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws(Malformed) -> Result? {
        guard try next() == ASCII.quote else {
            try skip()
            return nil
        }
        let (range, hasEscapes) = try quoted()
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        guard hasEscapes else { return body(text) }
        var copy = try unescaped(text, at: range.lowerBound)
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    package mutating func bool() throws(Malformed) -> Bool? {
        switch try next() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default:
            try skip()
            return nil
        }
    }

    /// Reads a number without a fraction; nil for any other value.
    package mutating func int() throws(Malformed) -> Int? { try double().flatMap { Int(exactly: $0) } }

    package mutating func double() throws(Malformed) -> Double? {
        let first = try next()
        guard first == ASCII.hyphen || ASCII.isDigit(first) else {
            try skip()
            return nil
        }
        return try number()
    }

    /// Skips the next value, of any type.
    package mutating func skip() throws(Malformed) {
        switch try next() {
        case 0x7B: try object { _, reader throws(Malformed) in try reader.skip() }
        case 0x5B: try array { _, reader throws(Malformed) in try reader.skip() }
        case ASCII.quote:
            let (range, hasEscapes) = try quoted()
            if hasEscapes { _ = try unescaped(UnsafeRawBufferPointer(rebasing: bytes[range]), at: range.lowerBound) }
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    /// A place in the text to which the reader can return.
    package struct Place: Sendable {
        fileprivate let position: Int
        fileprivate let depth: Int
    }

    /// The reader's place.
    package var place: Place { Place(position: position, depth: depth) }

    /// Returns to a place that was passed, to read the value there once more: for a value that is nearly always written in one way, and was not.
    package mutating func goBack(to place: Place) {
        position = place.position
        depth = place.depth
    }

    /// Steps over `text` if the next bytes are exactly these, and returns true.
    package mutating func skip(exactly text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count, let base = bytes.baseAddress else { return false }
        let next = base + position, expected = UnsafeRawPointer(text.utf8Start)
        func areEqual<Piece: FixedWidthInteger & BitwiseCopyable>(_: Piece.Type, at offset: Int) -> Bool {
            next.loadUnaligned(fromByteOffset: offset, as: Piece.self) == expected.loadUnaligned(fromByteOffset: offset, as: Piece.self)
        }
        var offset = 0
        while offset &+ 8 < count {
            guard areEqual(UInt64.self, at: offset) else { return false }
            offset &+= 8
        }
        if count >= 8 {
            // The last eight bytes may begin among those that were compared.
            guard areEqual(UInt64.self, at: count &- 8) else { return false }
        } else {
            for offset in 0..<count where !areEqual(UInt8.self, at: offset) { return false }
        }
        position += count
        return true
    }

    // MARK: Text

    private var malformed: Malformed { Malformed(position: min(position, bytes.count)) }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: position += 1
            default: return
            }
        }
    }

    /// Returns the first byte of the next value or mark, after blanks.
    @inline(__always) private mutating func next() throws(Malformed) -> UInt8 {
        if position < bytes.count, bytes[position] > ASCII.space { return bytes[position] }
        return try nextAfterBlanks()
    }

    private mutating func nextAfterBlanks() throws(Malformed) -> UInt8 {
        skipBlanks()
        guard position < bytes.count else { throw malformed }
        return bytes[position]
    }

    private mutating func literal(_ word: StaticString) throws(Malformed) {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw malformed }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] { throw malformed }
        position += count
    }

    private mutating func name() throws(Malformed) -> JSONName {
        guard try next() == ASCII.quote else { throw malformed }
        let (range, hasEscapes) = try quoted()
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        if hasEscapes { _ = try unescaped(text, at: range.lowerBound) }
        return JSONName(bytes: hasEscapes ? UnsafeRawBufferPointer(start: nil, count: 0) : text)
    }

    /// Returns the range inside a string's quotes, and moves after the closing quote.
    private mutating func quoted() throws(Malformed) -> (range: Range<Int>, hasEscapes: Bool) {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            position = JSONText.plainEnd(of: bytes, from: position)
            guard position < bytes.count else { throw malformed }
            switch bytes[position] {
            case ASCII.quote:
                position += 1
                return (start..<position - 1, hasEscapes)
            case ASCII.backslash:
                hasEscapes = true
                position += 2
            default: throw malformed
            }
        }
    }

    private func unescaped(_ text: UnsafeRawBufferPointer, at start: Int) throws(Malformed) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        func unit() throws(Malformed) -> UInt32 {
            guard text.count - index >= 4 else { throw Malformed(position: start + index) }
            var value: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = ASCII.hexValue(text[index]) else { throw Malformed(position: start + index) }
                value = value << 4 | UInt32(digit)
                index += 1
            }
            return value
        }
        while index < text.count {
            let byte = text[index]
            index += 1
            guard byte == ASCII.backslash else {
                result.append(byte)
                continue
            }
            guard index < text.count else { throw Malformed(position: start + index) }
            let escape = text[index]
            index += 1
            switch escape {
            case ASCII.quote, ASCII.backslash, ASCII.slash: result.append(escape)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(ASCII.lineFeed)
            case UInt8(ascii: "r"): result.append(ASCII.carriageReturn)
            case UInt8(ascii: "t"): result.append(ASCII.tab)
            case UInt8(ascii: "u"):
                var value = try unit()
                if value & 0xFC00 == 0xD800 {
                    guard text.count - index >= 2, text[index] == ASCII.backslash, text[index + 1] == UInt8(ascii: "u") else {
                        throw Malformed(position: start + index)
                    }
                    index += 2
                    let low = try unit()
                    guard low & 0xFC00 == 0xDC00 else { throw Malformed(position: start + index) }
                    value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
                }
                guard let scalar = Unicode.Scalar(value) else { throw Malformed(position: start + index) }
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default: throw Malformed(position: start + index)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: Numbers

    /// Reads the digits from `position` on, and returns how many there are.
    ///
    /// - Parameter mantissa: gets the digits at its end. With more than 19 digits its value is wrong.
    @inline(__always) private func digits(at position: inout Int, into mantissa: inout UInt64) -> Int {
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            position &+= 1
        }
        return position &- start
    }

    private mutating func number() throws(Malformed) -> Double {
        let start = position
        // The position is kept in a local variable, hence in a register, until the number's end.
        var position = position
        defer { self.position = position }
        let isNegative = bytes[position] == ASCII.hyphen
        if isNegative { position += 1 }
        let whole = position
        var mantissa: UInt64 = 0, decimals = 0
        var count = digits(at: &position, into: &mantissa)
        guard count > 0, count == 1 || bytes[whole] != 0x30 else { throw Malformed(position: min(position, bytes.count)) }
        if position < bytes.count, bytes[position] == 0x2E {
            position += 1
            decimals = digits(at: &position, into: &mantissa)
            guard decimals > 0 else { throw Malformed(position: min(position, bytes.count)) }
            count += decimals
        }
        var hasExponent = false
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            hasExponent = true
            position += 1
            if position < bytes.count, bytes[position] == ASCII.plus || bytes[position] == ASCII.hyphen { position += 1 }
            var ignored: UInt64 = 0
            guard digits(at: &position, into: &ignored) > 0 else { throw Malformed(position: min(position, bytes.count)) }
        }
        // Both numbers are exact as Doubles, so their quotient is the Double nearest to the text.
        if !hasExponent, count <= 19, mantissa < 1 << 53, decimals < Self.powers.count {
            let value = Double(mantissa) / Self.powers[decimals]
            return isNegative ? -value : value
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
            throw Malformed(position: min(position, bytes.count))
        }
        return value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
