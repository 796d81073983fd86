/// The head of one part of a form.
package struct MultipartPart: Sendable, Equatable {
    /// The name of the form's field.
    package var name: String
    /// The client's name for the file, which must not be used as a path; nil for fields without a file.
    package var filename: String?
    package var contentType: String?

    package init(name: String, filename: String? = nil, contentType: String? = nil) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
    }

    /// - Parameter head: the header lines, each with its CR LF.
    init(head: [UInt8]) throws(MultipartError) {
        var disposition: HeaderElement?
        for line in head.split(separator: ASCII.carriageReturn) {
            let line = line.first == ASCII.lineFeed ? line.dropFirst() : line
            guard !line.isEmpty else { continue }
            guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex, line[..<colon].allSatisfy(ASCII.isToken),
                let value = String(validating: line[(colon + 1)...], as: UTF8.self),
                value.utf8.allSatisfy({ $0 >= ASCII.space && $0 != ASCII.delete || $0 == ASCII.tab })
            else { throw .malformedHead }
            let field = String(decoding: line[..<colon], as: UTF8.self)
            if field.equalsIgnoringCase("Content-Disposition") {
                guard let element = HeaderElement(parsing: value) else { throw .malformedHead }
                disposition = element
            } else if field.equalsIgnoringCase("Content-Type") {
                contentType = String(value[...].trimmingBlanks)
            }
        }
        guard let disposition, disposition.value.equalsIgnoringCase("form-data"), let name = disposition["name"] else { throw .missingName }
        self.name = name
        filename = disposition["filename*"].flatMap(Self.extendedValue) ?? disposition["filename"]
    }

    /// Decodes a value with its character set before it (RFC 8187): `UTF-8''na%C3%AFve.wav`. nil for any other form.
    private static func extendedValue(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].equalsIgnoringCase("UTF-8") else { return nil }
        return try? PercentCoding.decode(parts[2])
    }
}
