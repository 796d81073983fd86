import Framing
import Testing

@Suite struct `Multipart parser` {
    enum Event: Equatable, Sendable {
        case part(MultipartPart), data([UInt8]), partEnd, end, error(MultipartError)
    }

    private func read(
        _ body: [UInt8], cuts: [Int] = [], contentType: String = "multipart/form-data; boundary=XyZ", limits: MultipartParser.Limits = .init()
    ) -> [Event] {
        var said: [Event] = []
        do throws(MultipartError) {
            var parser = try MultipartParser(contentType: contentType, limits: limits)
            for piece in HTTPDialogue.pieces(of: body, cuts: cuts) {
                var offset = 0
                while let event = try parser.next(piece.span.bytes, from: &offset) {
                    switch event {
                    case .part(let part): said.append(.part(part))
                    case .data(let bytes):
                        if case .data(let before) = said.last {
                            said[said.count - 1] = .data(before + bytes.array(in: piece.span.bytes))
                        } else {
                            said.append(.data(bytes.array(in: piece.span.bytes)))
                        }
                    case .partEnd: said.append(.partEnd)
                    case .end: said.append(.end)
                    }
                }
            }
            try parser.finish()
        } catch {
            said.append(.error(error))
        }
        return said
    }

    private func readEverywhere(_ text: String, limits: MultipartParser.Limits = .init()) -> [Event]? {
        let body = Array(text.utf8)
        let whole = read(body, limits: limits)
        for cut in 0...body.count {
            for second in [cut, min(cut + 1, body.count), min(cut + 4, body.count)] where read(body, cuts: [cut, second], limits: limits) != whole {
                return nil
            }
        }
        return read(body, cuts: Array(0...body.count), limits: limits) == whole ? whole : nil
    }

    @Test func `reads a form, cut anywhere`() throws {
        let text = """
            preamble\r\n--XyZ\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--XyZ \t\r\ncontent-disposition: FORM-DATA; \
            filename="a \\"b\\".wav"; name="file"\r\nContent-Type: audio/wav\r\nX: y\r\n\r\n\r\n--Xy\r\n--XyRIFF\r\r\n\r\n-\r\n--XyZ\r\n\
            Content-Disposition: form-data; name=""; filename*=UTF-8''na%C3%AFve.wav; filename=naive.wav\r\n\r\n\r\n--XyZ--\r\nepilogue\r\n--XyZ\r\n
            """
        let said = try #require(readEverywhere(text))
        #expect(
            said == [
                .part(MultipartPart(name: "model")), .data(Array("whisper-1".utf8)), .partEnd,
                .part(MultipartPart(name: "file", filename: "a \"b\".wav", contentType: "audio/wav")),
                .data(Array("\r\n--Xy\r\n--XyRIFF\r\r\n\r\n-".utf8)), .partEnd,
                .part(MultipartPart(name: "", filename: "naïve.wav")), .partEnd, .end,
            ])
    }

    @Test func `a form may be empty or begin at once`() throws {
        #expect(try #require(readEverywhere("--XyZ--")) == [.end])
        #expect(try #require(readEverywhere("\r\n--XyZ--\r\n")) == [.end])
    }

    @Test(
        arguments: [
            ("", MultipartError.truncated), ("--XyZ", .truncated), ("--XyZ-", .truncated), ("--XyZ\r\n", .truncated),
            ("--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--Xy", .truncated),
            ("--XyZabc\r\n", .malformedDelimiter), ("--XyZ\n", .malformedDelimiter), ("--XyZ-x", .malformedDelimiter),
            ("--XyZ\rx", .malformedDelimiter),
            ("--XyZ\r\n\r\n", .missingName), ("--XyZ\r\nContent-Disposition: form-data\r\n\r\n", .missingName),
            ("--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\n", .missingName), ("--XyZ\r\nContent-Type: text/plain\r\n\r\n", .missingName),
            ("--XyZ\r\nno colon\r\n\r\n", .malformedHead), ("--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\n", .malformedHead),
            ("--XyZ\r\nContent-Disposition : form-data; name=a\r\n\r\n", .malformedHead), ("--XyZ\r\nX: \0\r\n\r\n", .malformedHead),
            (String(repeating: "x", count: 100), .preambleTooLong(limit: 32)),
            ("--XyZ\r\nX: \(String(repeating: "x", count: 100))\r\n\r\n", .headTooLarge(limit: 64)),
            (String(repeating: "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", count: 3) + "--XyZ--", .tooManyParts(limit: 2)),
        ] as [(String, MultipartError)])
    func `rejects what is no form`(text: String, error: MultipartError) throws {
        let said = try #require(readEverywhere(text, limits: .init(parts: 2, head: 64, preamble: 32)))
        #expect(said.last == .error(error))
    }

    @Test(
        arguments: [
            ("application/json", MultipartError.notAForm), ("multipart/mixed; boundary=a", .notAForm), ("multipart/form-data", .malformedBoundary),
            ("multipart/form-data; boundary=", .malformedBoundary), ("multipart/form-data; boundary=\"a b \"", .malformedBoundary),
            ("multipart/form-data; boundary=a\rb", .malformedBoundary),
            ("multipart/form-data; boundary=\(String(repeating: "a", count: 71))", .malformedBoundary),
        ] as [(String, MultipartError)])
    func `rejects content types`(contentType: String, error: MultipartError) {
        #expect(read([], contentType: contentType) == [.error(error)])
    }

    @Test func `the boundary may stand in quotes`() {
        #expect(read(Array("--a b--".utf8), contentType: "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"") == [.end])
    }

    @Test func `data that lies in the input is handed out in place`() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b")
        let input = Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\nd\r".utf8)
        var offset = 0
        _ = try parser.next(input.span.bytes, from: &offset)
        #expect(try parser.next(input.span.bytes, from: &offset) == .data(.inPlace(47..<53)))
        #expect(try parser.next(input.span.bytes, from: &offset) == nil)
        #expect(offset == input.count)
    }
}
