import Framing
import Testing

@Suite struct `URL query` {
    @Test(
        arguments: [
            ("", URLQuery()), ("a=1&b=2&a=3", ["a": "1", "b": "2", "a": "3"]), ("a", ["a": ""]), ("a=", ["a": ""]), ("=b", ["": "b"]),
            ("a=b=c", ["a": "b=c"]),
            ("&&a=1&", ["a": "1"]), ("a+b=c+d%2B", ["a b": "c d+"]), ("k=%C3%A9%F0%9F%98%80", ["k": "é😀"]), ("a%3D=%26", ["a=": "&"]),
        ] as [(String, URLQuery)])
    func `reads pairs`(text: String, query: URLQuery) throws {
        #expect(try URLQuery(parsing: text) == query)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%G0", "a=%0x", "%", "a=%FF", "a=%C3", "a=%C0%80"])
    func `malformed escapes are rejected`(text: String) {
        #expect(throws: URLQuery.ParsingError.malformedEscape) { try URLQuery(parsing: text) }
    }

    @Test func `an escape is not split by the end of a name`() {
        #expect(throws: URLQuery.ParsingError.malformedEscape) { try URLQuery(parsing: "a%=20") }
    }

    @Test func `pairs are limited`() {
        #expect(throws: URLQuery.ParsingError.tooManyPairs(limit: 2)) { try URLQuery(parsing: "a&b&c", limit: 2) }
    }

    @Test func `values are found by name`() throws {
        let query = try URLQuery(parsing: "keyterm=one&model=m&keyterm=two")
        #expect(query.first("keyterm") == "one")
        #expect(query.all("keyterm") == ["one", "two"])
        #expect(query.first("Model") == nil)
    }

    @Test func `what is encoded is read back the same`() throws {
        let query: URLQuery = ["a b": "c&d=e+%", "é": "😀", "": ""]
        #expect(try URLQuery(parsing: query.encoded) == query)
    }
}
