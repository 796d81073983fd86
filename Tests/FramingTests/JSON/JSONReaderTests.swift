import Framing
import Testing

@Suite struct `A JSON reader` {
    /// The whole document by way of the reader; nil when it rejects it.
    private func read(_ bytes: [UInt8]) -> JSONValue? {
        bytes.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes, depthLimit: 64)
            guard let value = try? value(&reader), (try? reader.end()) != nil else { return nil }
            return value
        }
    }

    private func value(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> JSONValue {
        switch try reader.nextKind() {
        case .object:
            // Names are compared, not copied: the test knows which there can be.
            var members: [JSONValue.Member] = []
            try reader.object { name, reader throws(JSONReader.Malformed) in
                let known = name == "a" ? "a" : name == "b" ? "b" : "?"
                members.append(JSONValue.Member(name: known, value: try value(&reader)))
            }
            return .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.array { index, reader throws(JSONReader.Malformed) in
                #expect(index == elements.count)
                elements.append(try value(&reader))
            }
            return .array(elements)
        case .string: return .string(try reader.string() ?? "?")
        case .number: return .double(try reader.double() ?? -1)
        case .bool: return .bool(try reader.bool() ?? false)
        case .null:
            try reader.skip()
            return .null
        }
    }

    /// Integers as the reader gives them.
    private func asDoubles(_ value: JSONValue) -> JSONValue {
        switch value {
        case .int(let number): .double(Double(number))
        case .array(let elements): .array(elements.map(asDoubles))
        case .object(let members): .object(members.map { JSONValue.Member(name: $0.name, value: asDoubles($0.value)) })
        case .null, .bool, .double, .string: value
        }
    }

    private static let documents = [
        #"{"a":1,"b":[true,false,null,"x"]}"#, #" [ 0 , -0.5 , 1e3 , 12345678901234567 , 0.1 , 123.456 , 1E-7 , 9007199254740993 ] "#,
        #""é 😀 \u00e9 \ud83d\ude00 \n \" \\ \/ \b\f\r\t""#,
        "[]", "{}", "7", "-1", #"{"a":{"a":[[[{"b":""}]]]}}"#, "true", "null", #""""#, "[1.7976931348623157e308,5e-324]",
    ]

    @Test(arguments: documents)
    func `reads what the document reads`(text: String) throws {
        let bytes = Array(text.utf8)
        #expect(read(bytes) == asDoubles(try JSONValue(parsing: bytes)))
    }

    @Test(arguments: [
        "", " ", "{", "[", "]", "}", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, "01", "-", "1.", ".5", "1e", "+1", "tru",
        "nulL", "[1 2]",
        #"{"a":1 "b":2}"#, #"""#, #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "\"\u{1}\"", "\"a\nb\"", "1 2", "[1]]",
        #""abc\"#, "1e999",
        "NaN", "'a'",
    ])
    func `rejects what is not JSON`(text: String) {
        #expect(read(Array(text.utf8)) == nil)
    }

    @Test(arguments: documents)
    func `agrees with the document about every cut`(text: String) {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            let part = Array(bytes[..<count])
            // Half a character is rejected by whoever received it.
            guard String(validating: part, as: UTF8.self) != nil else { continue }
            #expect(read(part) == (try? JSONValue(parsing: part)).map(asDoubles))
        }
    }

    @Test(arguments: ["1\0", "\0", "[\0]", "\"\0\"", "1\0garbage"])
    func `rejects zero bytes, and so does the document`(text: String) {
        #expect(read(Array(text.utf8)) == nil)
        #expect((try? JSONValue(parsing: Array(text.utf8))) == nil)
    }

    @Test func `stops at its depth`() {
        for depth in [64, 65] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect((read(Array(text.utf8)) != nil) == (depth == 64))
        }
    }

    @Test func `passes over values of another type`() throws {
        let bytes = Array(#"{"a":"x","b":[1,{"a":2}],"a":7.5}"#.utf8)
        var seen: [String] = []
        try bytes.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            try reader.object { name, reader throws(JSONReader.Malformed) in
                seen.append(name == "a" ? "\(try reader.int().map(String.init) ?? "nil")" : "\(try reader.bool().map { "\($0)" } ?? "nil")")
            }
            try reader.end()
        }
        #expect(seen == ["nil", "nil", "nil"])
    }

    @Test(arguments: 0..<20) func `refuses a control character at any place of a string`(place: Int) {
        for byte: UInt8 in [0, 0x0A, 0x1F] {
            var text = Array("\"\(String(repeating: "a", count: 20))\"".utf8)
            text[1 + place] = byte
            #expect(read(text) == nil)
            text[1 + place] = 0x20
            #expect(read(text) != nil)
        }
    }

    @Test(arguments: ["", "a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnop", "abcdefghijklmnopqrs"] as [StaticString])
    func `steps over a text only when each byte is there`(text: StaticString) {
        let bytes = Array("\(text)7".utf8)
        #expect(rest(of: bytes, after: text) == 7)
        for place in 0..<text.utf8CodeUnitCount {
            var other = bytes
            other[place] ^= 1
            #expect(rest(of: other, after: text) == nil)
            #expect(rest(of: Array(bytes[..<place]), after: text) == nil)
        }
    }

    /// The number behind a text; nil when the text is not there.
    private func rest(of bytes: [UInt8], after text: StaticString) -> Double? {
        bytes.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            guard reader.skip(exactly: text) else { return nil }
            return try? reader.double()
        }
    }

    @Test func `reads a value once more after its return to the value's start`() {
        let bytes = Array("[[1,2],[3,x]]".utf8)
        let failures = bytes.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes, depthLimit: 3)
            let start = reader.place
            var failures: [Int] = []
            for _ in 0..<8 {
                do throws(JSONReader.Malformed) {
                    try reader.array { _, reader throws(JSONReader.Malformed) in try reader.skip() }
                } catch {
                    failures.append(error.position)
                }
                reader.goBack(to: start)
            }
            return failures + [reader.skip(exactly: "[[1,2],[3,") ? 0 : 1]
        }
        #expect(failures == [10, 10, 10, 10, 10, 10, 10, 10, 0])
    }
}
