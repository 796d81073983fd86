import Framing

/// What a parser said about a stream, with body pieces joined so that it does not matter where the stream was cut.
enum ParserEvent<Head: Equatable & Sendable>: Equatable, Sendable {
    case head(Head)
    case body(String)
    case end
    case error(HTTPError)
    /// Bytes that the parser left after the last end.
    case rest(String)
}

/// Bytes in, cut where told; what was said out.
struct HTTPDialogue {
    /// Feeds a server's parser. Stops at an error that closes.
    static func requests(_ stream: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> [ParserEvent<HTTPRequestHead>] {
        var parser = HTTPRequestParser(limits: limits)
        var said: [ParserEvent<HTTPRequestHead>] = []
        for piece in pieces(of: stream, cuts: cuts) {
            var offset = 0
            while true {
                do throws(HTTPError) {
                    guard let event = try parser.next(piece.span.bytes, from: &offset) else { break }
                    switch event {
                    case .head(let head): said.append(.head(head))
                    case .body(let range): append(piece[range], to: &said)
                    case .end: said.append(.end)
                    }
                } catch {
                    said.append(.error(error))
                    if error.closesConnection { return said }
                }
            }
        }
        return said
    }

    struct ResponseHead: Equatable {
        var interim: Bool
        var head: HTTPResponseHead
        var reason: String
    }

    /// Feeds a client's parser.
    static func response(
        _ stream: [UInt8], to method: HTTPMethod = .get, cuts: [Int] = [], closed: Bool = false, limits: HTTPLimits = HTTPLimits()
    ) -> [ParserEvent<ResponseHead>] {
        var parser = HTTPResponseParser(answering: method, limits: limits)
        var said: [ParserEvent<ResponseHead>] = []
        var rest: [UInt8] = []
        do throws(HTTPError) {
            for piece in pieces(of: stream, cuts: cuts) {
                var offset = 0
                while let event = try parser.next(piece.span.bytes, from: &offset) {
                    switch event {
                    case .interim(let head): said.append(.head(ResponseHead(interim: true, head: head, reason: head.status.reason)))
                    case .head(let head, _): said.append(.head(ResponseHead(interim: false, head: head, reason: head.status.reason)))
                    case .body(let range): append(piece[range], to: &said)
                    case .end: said.append(.end)
                    }
                }
                rest += piece[offset...]
            }
            if closed, try parser.finish() != nil { said.append(.end) }
        } catch {
            said.append(.error(error))
        }
        if !rest.isEmpty { said.append(.rest(String(decoding: rest, as: UTF8.self))) }
        return said
    }

    static func pieces(of stream: [UInt8], cuts: [Int]) -> [[UInt8]] {
        var start = 0
        return (cuts + [stream.count]).map { end in
            defer { start = end }
            return Array(stream[start..<end])
        }
    }

    private static func append<Head>(_ bytes: ArraySlice<UInt8>, to said: inout [ParserEvent<Head>]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if case .body(let before) = said.last {
            said[said.count - 1] = .body(before + text)
        } else {
            said.append(.body(text))
        }
    }
}
