/// Writes server-sent events (HTML standard, section 9.2).
package enum EventStream {
    package static let contentType = "text/event-stream"

    /// One event with the empty line that sends it off.
    ///
    /// - Parameters:
    ///   - data: UTF-8; each of its lines becomes a line of data.
    ///   - event: its type; nil is the client's `message`.
    ///   - id: what a client that reconnects says it saw last.
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

    /// A line that clients skip; keeps the connection from looking dead.
    package static func appendComment(_ text: String = "", to output: inout [UInt8]) {
        appendField(": ", text, to: &output)
        output.append(ASCII.lineFeed)
    }

    /// Nothing in the value can end the line.
    private static func appendField(_ name: StaticString, _ value: String, to output: inout [UInt8]) {
        name.withUTF8Buffer { output.append(contentsOf: $0) }
        output += value.utf8.lazy.map { $0 < ASCII.space ? ASCII.space : $0 }
        output.append(ASCII.lineFeed)
    }
}
