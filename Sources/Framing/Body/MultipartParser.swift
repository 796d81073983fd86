/// A form's content in order: parts with their data, then the end.
package enum MultipartEvent: Sendable, Equatable {
    case part(MultipartPart)
    /// The next bytes of the part.
    case data(Bytes)
    case partEnd
    case end
}

/// Reads streamed `multipart/form-data` (RFC 7578, RFC 2046 section 5.1); the input may be cut anywhere, even inside boundaries. Holds back at most a
/// boundary's length of data.
///
///     var offset = 0
///     while let event = try parser.next(input, from: &offset) { … }
///     // after the last input
///     try parser.finish()
package struct MultipartParser: Sendable {
    package struct Limits: Sendable, Equatable {
        package var parts: Int
        /// Maximum size of one part's head, in bytes.
        package var head: Int
        /// Maximum number of bytes before the first boundary.
        package var preamble: Int

        package init(parts: Int = 1_000, head: Int = 8_192, preamble: Int = 4_096) {
            self.parts = parts
            self.head = head
            self.preamble = preamble
        }
    }

    private enum State: Sendable, Equatable {
        case preamble(length: Int)  // → delimiter
        case delimiter(DelimiterEnd)  // → head, end
        case head  // → data
        case data  // → partEnd
        case partEnd  // → delimiter
        case end  // → epilogue
        case epilogue
        case failed(MultipartError)
    }

    /// The part of a delimiter after the boundary's name.
    private enum DelimiterEnd: Sendable, Equatable {
        case any, padding, lineFeed, hyphen
    }

    private let limits: Limits
    /// CR LF, two hyphens, the boundary's name. CR occurs only at the beginning, so a search never has to go back.
    private let delimiter: [UInt8]
    /// Number of bytes at the input's end that match the delimiter's beginning. Starts at 2, because the first boundary needs no line end before it.
    private var matched = 2
    private var parts = 0
    /// The bytes of a part's head that have come so far.
    private var head: [UInt8] = []
    private var state = State.preamble(length: 0)

    /// - Parameter contentType: the value of the header, which names the boundary.
    package init(contentType: String, limits: Limits = Limits()) throws(MultipartError) {
        guard let element = HeaderElement(parsing: contentType), element.value.equalsIgnoringCase("multipart/form-data") else { throw .notAForm }
        guard let boundary = element["boundary"], 1...70 ~= boundary.utf8.count, boundary.utf8.allSatisfy(Self.isBoundary), !boundary.hasSuffix(" ")
        else {
            throw .malformedBoundary
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
    }

    /// Returns the next event in the input and moves `offset` after it; nil when the whole input is used.
    package mutating func next(_ input: RawSpan, from offset: inout Int) throws(MultipartError) -> MultipartEvent? {
        do throws(MultipartError) {
            return try input.withUnsafeBytes { input throws(MultipartError) in try next(input, &offset) }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Ends the body.
    package func finish() throws(MultipartError) {
        switch state {
        case .end, .epilogue: return
        case .failed(let error): throw error
        case .preamble, .delimiter, .head, .data, .partEnd: throw .truncated
        }
    }

    private mutating func next(_ input: UnsafeRawBufferPointer, _ offset: inout Int) throws(MultipartError) -> MultipartEvent? {
        while true {
            switch state {
            case .failed(let error): throw error
            case .preamble(let length):
                guard offset < input.count else { return nil }
                guard length < limits.preamble else { throw .preambleTooLong(limit: limits.preamble) }
                state = .preamble(length: length + 1)
                let byte = input[offset]
                offset += 1
                matched = byte == delimiter[matched] ? matched + 1 : byte == ASCII.carriageReturn ? 1 : 0
                if matched == delimiter.count { state = .delimiter(.any) }
            case .delimiter(let end):
                matched = 0
                guard offset < input.count else { return nil }
                state = try state(after: input[offset], end)
                offset += 1
            case .head:
                guard offset < input.count else { return nil }
                head.append(input[offset])
                offset += 1
                guard head.count <= limits.head else { throw .headTooLarge(limit: limits.head) }
                guard head.last == ASCII.lineFeed, head == [13, 10] || head.suffix(4) == [13, 10, 13, 10] else { continue }
                let part = try MultipartPart(head: head)
                head.removeAll(keepingCapacity: true)
                state = .data
                return .part(part)
            case .data:
                if let event = data(input, &offset) { return event }
                guard state == .partEnd else { return nil }
            case .partEnd:
                state = .delimiter(.any)
                return .partEnd
            case .end:
                state = .epilogue
                return .end
            case .epilogue:
                offset = input.count
                return nil
            }
        }
    }

    /// Returns the state after a byte that follows a boundary's name: a line end, possibly after blanks that some mailers add, or two hyphens at the
    /// last boundary.
    private mutating func state(after byte: UInt8, _ end: DelimiterEnd) throws(MultipartError) -> State {
        switch (end, byte) {
        case (.any, ASCII.hyphen): return .delimiter(.hyphen)
        case (.hyphen, ASCII.hyphen): return .end
        case (.any, ASCII.space), (.any, ASCII.tab), (.padding, ASCII.space), (.padding, ASCII.tab): return .delimiter(.padding)
        case (.any, ASCII.carriageReturn), (.padding, ASCII.carriageReturn): return .delimiter(.lineFeed)
        case (.lineFeed, ASCII.lineFeed):
            parts += 1
            guard parts <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
            return .head
        default: throw .malformedDelimiter
        }
    }

    /// Returns data up to the next delimiter; nil when there is no data; the state then tells if the delimiter or more input comes next. Bytes at the
    /// end of the input that may begin a delimiter are held back.
    private mutating func data(_ input: UnsafeRawBufferPointer, _ offset: inout Int) -> MultipartEvent? {
        if matched > 0 { return heldData(input, &offset) }
        let start = offset
        var position = start
        while let found = input.position(of: ASCII.carriageReturn, from: position) {
            position = found + 1
            while position < input.count, position - found < delimiter.count, input[position] == delimiter[position - found] { position += 1 }
            let isDelimiter = position - found == delimiter.count
            guard isDelimiter || position == input.count else { continue }
            if isDelimiter { state = .partEnd } else { matched = position - found }
            offset = position
            return found > start ? .data(.inPlace(start..<found)) : nil
        }
        offset = input.count
        return offset > start ? .data(.inPlace(start..<offset)) : nil
    }

    /// Continues a possible delimiter at the end of earlier inputs. If the bytes are not a delimiter, they are data.
    private mutating func heldData(_ input: UnsafeRawBufferPointer, _ offset: inout Int) -> MultipartEvent? {
        let held = matched
        var position = offset
        while position < input.count, matched < delimiter.count {
            guard input[position] == delimiter[matched] else {
                matched = 0
                return .data(.assembled(Array(delimiter[..<held])))
            }
            position += 1
            matched += 1
        }
        offset = position
        if matched == delimiter.count { state = .partEnd }
        return nil
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        return " '()+_,-./:=?".utf8.contains(byte)
    }
}
