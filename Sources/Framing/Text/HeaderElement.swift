/// A header value with its parameters: `multipart/form-data; boundary="a b"`, `permessage-deflate; server_max_window_bits=10`.
package struct HeaderElement: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package var name: String
        /// The value; nil when the parameter has no `=`.
        package var value: String?
    }

    package var value: String
    package var parameters: [Parameter]

    /// The value of a parameter; its name may have any case. nil when the parameter is absent.
    package subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// Parses a single element, in which a comma is an ordinary character; nil when a quote is not closed.
    package init?(parsing text: some StringProtocol) {
        var reader = Reader(bytes: Array(text.utf8), separators: [ASCII.semicolon])
        guard let element = reader.element() else { return nil }
        self = element
    }

    /// Parses a comma-separated list. Empty elements are left out; nil when a quote is not closed.
    package static func list(parsing text: some StringProtocol) -> [HeaderElement]? {
        var reader = Reader(bytes: Array(text.utf8), separators: [ASCII.semicolon, ASCII.comma])
        var elements: [HeaderElement] = []
        while !reader.isAtEnd {
            guard let element = reader.element() else { return nil }
            if !element.value.isEmpty || !element.parameters.isEmpty { elements.append(element) }
            reader.skip(ASCII.comma)
        }
        return elements
    }

    private init(value: String, parameters: [Parameter]) {
        self.value = value
        self.parameters = parameters
    }

    private struct Reader {
        let bytes: [UInt8]
        let separators: [UInt8]
        var position = 0

        init(bytes: [UInt8], separators: [UInt8]) {
            self.bytes = bytes
            self.separators = separators
        }

        var isAtEnd: Bool { position >= bytes.count }

        mutating func skip(_ byte: UInt8) {
            if !isAtEnd, bytes[position] == byte { position += 1 }
        }

        mutating func element() -> HeaderElement? {
            let value = text(until: separators)
            var parameters: [Parameter] = []
            while !isAtEnd, bytes[position] == ASCII.semicolon {
                position += 1
                let name = text(until: separators + [ASCII.equals])
                guard !isAtEnd, bytes[position] == ASCII.equals else {
                    if !name.isEmpty { parameters.append(Parameter(name: name, value: nil)) }
                    continue
                }
                position += 1
                guard let value = parameterValue() else { return nil }
                parameters.append(Parameter(name: name, value: value))
            }
            return HeaderElement(value: value, parameters: parameters)
        }

        private mutating func text(until ends: [UInt8]) -> String {
            let start = position
            while !isAtEnd, !ends.contains(bytes[position]) { position += 1 }
            return String(String(decoding: bytes[start..<position], as: UTF8.self)[...].trimmingBlanks)
        }

        /// Reads a word, or text in quotes. A backslash escapes only a quote or a backslash: browsers send Windows paths with unescaped backslashes.
        private mutating func parameterValue() -> String? {
            while !isAtEnd, bytes[position] == ASCII.space || bytes[position] == ASCII.tab { position += 1 }
            guard !isAtEnd, bytes[position] == ASCII.quote else { return text(until: separators) }
            position += 1
            var content: [UInt8] = []
            while !isAtEnd, bytes[position] != ASCII.quote {
                if bytes[position] == ASCII.backslash, position + 1 < bytes.count, [ASCII.quote, ASCII.backslash].contains(bytes[position + 1]) {
                    position += 1
                }
                content.append(bytes[position])
                position += 1
            }
            guard !isAtEnd else { return nil }
            position += 1
            _ = text(until: separators)
            return String(decoding: content, as: UTF8.self)
        }
    }
}
