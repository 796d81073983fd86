import Framing
import Testing

@Suite struct `JSON writer` {
    @Test func `places commas and brackets`() {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", literal: "Results")
        json.key("words")
        json.beginArray()
        for word in ["a", "b"] {
            json.beginObject()
            json.member("word", word)
            json.member("n", 1)
            json.endObject()
        }
        json.beginArray()
        json.endArray()
        json.endArray()
        json.member("final", true)
        json.key("gap")
        json.null()
        json.key(escaping: "a\"b")
        json.value(raw: Array("[1]".utf8))
        json.endObject()
        #expect(json.text == #"{"type":"Results","words":[{"word":"a","n":1},{"word":"b","n":1},[]],"final":true,"gap":null,"a\"b":[1]}"#)
        json.clear()
        json.value(false)
        #expect(json.text == "false")
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\n\r\t\u{1}\u{1f}\u{7f}", "\"\\n\\r\\t\\u0001\\u001f\u{7f}\""),
        ("é😀", "\"é😀\""),
        ("a\"", #""a\"""#), ("\"a", #""\"a""#), ("\0", #""\u0000""#),
    ])
    func `escapes what must be escaped`(text: String, json: String) {
        var writer = JSONWriter()
        writer.value(text)
        #expect(writer.text == json)
    }

    @Test(
        arguments: [
            (0.0, 3, "0.0"), (1, 3, "1.0"), (0.125, 3, "0.125"), (0.1256, 3, "0.126"), (-0.0001, 3, "0.0"), (-1.5, 1, "-1.5"), (12.30, 2, "12.3"),
            (1.05, 9, "1.05"), (0.9996, 3, "1.0"), (.nan, 3, "null"), (.infinity, 3, "null"), (1e300, 3, "1e+300"), (3.999, 0, "4.0"),
            (10_000_000.001, 3, "10000000.001"),
        ] as [(Double, Int, String)])
    func `rounds to decimals`(number: Double, decimals: Int, json: String) {
        var writer = JSONWriter()
        writer.value(number, decimals: decimals)
        #expect(writer.text == json)
    }

    @Test(arguments: [Int.min, -1, 0, 9, 10, 12_345_678_901, .max])
    func `writes integers`(number: Int) {
        var writer = JSONWriter()
        writer.value(number)
        #expect(writer.text == "\(number)")
    }

    @Test func `what it writes is read back the same`() throws {
        let value: JSONValue = [
            "text": "a\u{0}\"\\\n\u{7f}é😀", "numbers": [1, -7, 0.1, 1e-300, 5e20, .double(3)], "none": nil, "flag": true, "empty": [:],
            "list": [[], [[]]],
        ]
        var writer = JSONWriter()
        writer.value(value)
        #expect(try JSONValue(parsing: writer.bytes) == value)
    }

    @Test(arguments: 0..<20, ["\"", "\\", "\n", "\u{1f}", "é", "\u{7f}", "😀"])
    func `escapes a character at any place of a text`(place: Int, character: String) throws {
        for length in [place, place + 1, place + 9] {
            let text = String(repeating: "a", count: place) + character + String(repeating: "b", count: length - place)
            var writer = JSONWriter()
            writer.value(text)
            #expect(try JSONValue(parsing: Array(writer.text.utf8)) == .string(text))
            let read = writer.bytes.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                return try? reader.string()
            }
            #expect(read == text)
        }
    }
}
