import Framing

/// What a parser said, the bodies' bytes in one piece each, so that it does not show where the input was cut.
private struct Said: Equatable {
    var events: [String] = []
    var bodies: [[UInt8]] = []

    mutating func body(_ range: Range<Int>, in input: RawSpan) {
        if events.last != "body" {
            events.append("body")
            bodies.append([])
        }
        bodies[bodies.count - 1].append(contentsOf: range.map { input.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
    }
}

/// The same bytes, whole and in pieces, must be understood in the same way. The first byte is the pieces' length.
private func compare(_ bytes: RawSpan, _ read: (RawSpan, Int) -> Said) {
    guard bytes.byteCount > 1 else { return }
    let input = bytes.extracting(1..<bytes.byteCount)
    let piece = Int(bytes.unsafeLoad(as: UInt8.self)) + 1
    precondition(read(input, input.byteCount) == read(input, piece), "where the input is cut changes what is understood")
}

/// Small enough to be met.
private let limits = HTTPLimits(head: 512, startLine: 128, fields: 8, body: 256, chunkExtensions: 32, trailers: 64, queryPairs: 8)

func fuzzHTTPRequest(_ bytes: RawSpan) {
    compare(bytes) { input, piece in
        var parser = HTTPRequestParser(limits: limits)
        var said = Said()
        var start = 0
        while start < input.byteCount {
            let part = input.extracting(start..<min(start + piece, input.byteCount))
            start += part.byteCount
            var offset = 0
            var more = true
            while more {
                do throws(HTTPError) {
                    switch try parser.next(part, from: &offset) {
                    case .head(let head): said.events.append("\(head)")
                    case .body(let range): said.body(range, in: part)
                    case .end: said.events.append("end")
                    case nil: more = false
                    }
                } catch {
                    said.events.append("\(error)")
                    if error.closesConnection { return said }
                }
            }
        }
        return said
    }
}

func fuzzHTTPResponse(_ bytes: RawSpan) {
    compare(bytes) { input, piece in
        var parser = HTTPResponseParser(limits: limits)
        var said = Said()
        var start = 0
        do {
            while start < input.byteCount {
                let part = input.extracting(start..<min(start + piece, input.byteCount))
                start += part.byteCount
                var offset = 0
                while let event = try parser.next(part, from: &offset) {
                    switch event {
                    case .interim(let head): said.events.append("\(head)")
                    case .head(let head, let body): said.events.append("\(head) \(body)")
                    case .body(let range): said.body(range, in: part)
                    case .end: said.events.append("end")
                    }
                }
            }
            said.events.append("\(String(describing: try parser.finish()))")
        } catch {
            said.events.append("\(error)")
        }
        return said
    }
}

/// What was decoded must survive being encoded again.
func fuzzURL(_ bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    if let decoded = try? PercentCoding.decode(text) {
        precondition((try? PercentCoding.decode(PercentCoding.encode(decoded))) == decoded, "the encoded text is not the text")
    }
    _ = try? URLQuery(parsing: text)
    _ = try? HTTPRequestHead(.get, text)
}
