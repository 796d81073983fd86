/// Appends heads to a byte array.
///
/// Header text can come from outside. Control characters in it become spaces, because they could start a line of an attacker.
package enum HTTPSerializer {
    /// Appends a response's head, including the empty line. `Content-Length` and `Transfer-Encoding` are written from `body`, and only from it.
    ///
    /// - Parameter body: `.none` writes `Content-Length: 0` where the status allows a body; `.untilClose` writes nothing.
    package static func append(_ head: HTTPResponseHead, body: HTTPBodyLength, to output: inout [UInt8]) {
        output += "HTTP/1.1 ".utf8
        appendText("\(head.status.code) \(head.status.reason)", to: &output)
        appendLineEnd(to: &output)
        append(head.headers, body: head.status.forbidsBody ? nil : body, to: &output)
    }

    /// Appends a request's head, including the empty line.
    ///
    /// - Parameter body: `.none` writes no `Content-Length`.
    package static func append(
        _ method: HTTPMethod, target: String, headers: HTTPHeaders, body: HTTPBodyLength = .none, to output: inout [UInt8]
    ) {
        appendText(method.rawValue, to: &output)
        output.append(ASCII.space)
        appendText(target, to: &output)
        output += " HTTP/1.1\r\n".utf8
        append(headers, body: body == .none ? nil : body, to: &output)
    }

    private static func append(_ headers: HTTPHeaders, body: HTTPBodyLength?, to output: inout [UInt8]) {
        for field in headers.fields {
            guard !field.name.equalsIgnoringCase("Content-Length"), !field.name.equalsIgnoringCase("Transfer-Encoding") else { continue }
            appendText(field.name, to: &output)
            output.append(ASCII.colon)
            output.append(ASCII.space)
            appendText(field.value, to: &output)
            appendLineEnd(to: &output)
        }
        switch body {
        case nil, .untilClose: break
        case .some(.none): output += "Content-Length: 0\r\n".utf8
        case .known(let length): output += "Content-Length: \(length)\r\n".utf8
        case .chunked: output += "Transfer-Encoding: chunked\r\n".utf8
        }
        appendLineEnd(to: &output)
    }

    private static func appendText(_ text: String, to output: inout [UInt8]) {
        let start = output.count
        output += text.utf8
        for position in start..<output.count where output[position] < ASCII.space || output[position] == ASCII.delete {
            output[position] = ASCII.space
        }
    }

    private static func appendLineEnd(to output: inout [UInt8]) {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }
}
