/// Writes server-sent events (HTML standard, section 9.2).
package enum EventStream {
    package static let contentType = "text/event-stream"

    /// Appends one event with the empty line that ends it.
    ///
    /// - Parameters:
    ///   - data: the data in UTF-8; each of its lines becomes a line of data.
    ///   - event: the event's type; nil means `message` to the client.
    ///   - id: the id that a reconnecting client names as the last one it saw; nil: none.
    package static func append(data: [UInt8], event: String? = nil, id: String? = nil, to output: inout [UInt8]) {
        if let event { appendField("event: ", event, to: &output) }
        if let id { appendField("id: ", id, to: &output) }
        output += "data: ".utf8
        var position = 0
        while position < data.count {
            let byte = data[position]
            position += 1
            guard byte == ASCII.lineFeed || byte == ASCII.carriageReturn else {
                output.append(byte)
                continue
            }
            if byte == ASCII.carriageReturn, position < data.count, data[position] == ASCII.lineFeed { position += 1 }
            output += "\ndata: ".utf8
        }
        output += "\n\n".utf8
    }

    /// Appends a comment line, which clients skip; it keeps an idle connection alive.
    package static func appendComment(_ text: String = "", to output: inout [UInt8]) {
        appendField(": ", text, to: &output)
        output.append(ASCII.lineFeed)
    }

    /// Appends a field. Control characters in the value become spaces, so that they cannot end the line.
    private static func appendField(_ name: StaticString, _ value: String, to output: inout [UInt8]) {
        name.withUTF8Buffer { output.append(contentsOf: $0) }
        output += value.utf8.lazy.map { $0 < ASCII.space ? ASCII.space : $0 }
        output.append(ASCII.lineFeed)
    }
}
