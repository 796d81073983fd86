import Framing
import Testing

@Suite struct `JSON document` {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `views read nested values where they lie`() throws {
        let text = #"{"type":"Results","channel":{"alternatives":[{"transcript":"zwölf Bären","confidence":0.97}]},"final":true,"n":-3,"x":null}"#
        let document = try JSONDocument(parsing: Array(text.utf8))
        let best = document.root["channel"]["alternatives"][0]
        #expect(best["transcript"].string == "zwölf Bären")
        #expect(best["confidence"].double == 0.97)
        #expect(document.root["type"].equals("Results") == true)
        #expect(document.root["type"].equals("Result") == false)
        #expect(document.root["final"].bool == true)
        #expect(document.root["n"].int == -3)
        #expect(document.root["n"].double == -3)
        #expect((document.root["x"].isNull && document.root["x"].exists) == true)
        #expect(document.root.count == 5)
    }

    @Test func `what is not there or of another type reads as nil`() throws {
        let document = try JSONDocument(parsing: Array(#"{"a":[1,2]}"#.utf8))
        #expect(document.root["b"]["c"][7]["d"].string == nil)
        #expect(document.root["b"].exists == false)
        #expect(document.root["a"]["x"].exists == false)
        #expect(document.root["a"][2].exists == false)
        #expect(document.root["a"][-1].exists == false)
        #expect(document.root["a"].string == nil && document.root["a"].int == nil && document.root["a"].bool == nil)
        #expect(document.root["a"].array == [1, 2])
        #expect(document.root.array == nil)
    }

    @Test func `members are visited in order`() throws {
        let document = try JSONDocument(parsing: Array(#"{"z":1,"a":2,"m":3}"#.utf8))
        var names: [String] = []
        document.root.forEachMember { name, value in names.append("\(name)\(value.int ?? 0)") }
        #expect(names == ["z1", "a2", "m3"])
    }

    @Test(
        arguments: [
            ("7", JSONValue.int(7)), ("7.0", .double(7)), ("-0.5e1", .double(-5)), ("\"\"", ""), (" true ", true), ("null", nil), ("[]", []),
            ("{}", [:]),
            (#""\u00e9\ud83d\ude00\n\"\\\/""#, "é😀\n\"\\/"), (#""a\u0000b""#, "a\0b"), (#"{"a":1,"a":2}"#, ["a": 2]),
            ("9223372036854775807", .int(.max)),
        ] as [(String, JSONValue)])
    func `reads every kind of value`(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test func `reads a number, whole or not`() throws {
        #expect(try parse("7").double == 7 && parse("-0.5").double == -0.5)
        for text in ["null", "true", "\"7\"", "[7]", "{}"] { #expect(try parse(text).double == nil, "\(text)") }
        for number in [Double.infinity, -.infinity, .nan] { #expect(JSONValue.double(number).double == nil) }
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":}", "{a:1}", "01", "1.", ".5", "+1", "nul", "\"a", "'a'", "[1] 2", "\"\u{1}\"", #""\ud800""#, #""\x""#,
        "99999999999999999999", "1e999", "NaN", "// x\n1",
    ])
    func `rejects what is not JSON`(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test func `rejects invalid UTF-8`() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC3, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test func `an error names the place`() {
        #expect {
            try parse("{\"a\":1,\n\"b\":x}")
        } throws: { error in
            guard case .malformed(let position, let line, let problem) = error as? JSONError else { return false }
            return position >= 13 && line == 2 && problem.contains("x")
        }
    }

    @Test func `stops at the depth limit, brackets in strings not counted`() throws {
        #expect(throws: JSONError.tooDeep(position: 64, limit: 64)) { try parse(String(repeating: "[", count: 100_000)) }
        let nested = String(repeating: "[", count: 64) + "\"[[\\\"[\"" + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try parse(nested) }
    }

    @Test func `stops at the size limit`() {
        #expect(throws: JSONError.tooLarge(limit: 4)) { _ = try JSONDocument(parsing: Array("12345".utf8), sizeLimit: 4) }
    }

    @Test func `every cut of a document is rejected and harms nothing`() {
        let whole = Array(#"{"a":[1,2.5,{"b":"\u00e9ü"}],"c":false}"#.utf8)
        for end in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(whole[..<end])) }
        }
    }

    @Test func `values are counted before they are parsed`() {
        func has(_ text: String, moreThan limit: Int) -> Bool { JSONDocument.hasMoreValues(than: limit, in: Array(text.utf8).span.bytes) }
        for (text, count) in [("1", 1), ("[1,2,3]", 4), (#"{"a":[{},{}]}"#, 6), (#"[",[{\"",1]"#, 3), (#""\\","#, 2), ("", 1)] {
            #expect(!has(text, moreThan: count) && has(text, moreThan: count - 1), "\(text)")
        }
        #expect(has("[" + String(repeating: "{},", count: 1_000) + "{}]", moreThan: 2_000))
    }
}
