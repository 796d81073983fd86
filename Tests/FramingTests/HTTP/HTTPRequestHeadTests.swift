import Framing
import Testing

@Suite struct `HTTP request head` {
    @Test(
        arguments: [
            ("/", "/", URLQuery()), ("/v1/listen?model=nova-3&x=a+b", "/v1/listen", ["model": "nova-3", "x": "a b"]),
            ("/a%20b/%C3%A9", "/a b/é", [:]),
            ("/?", "/", [:]), ("//x", "//x", [:]), ("/a?b?c", "/a", ["b?c": ""]), ("http://other.example:80/p?q=1", "/p", ["q": "1"]),
            ("HTTPS://other.example", "/", [:]), ("http://[::1]:8080?q", "/", ["q": ""]), ("/a|b{c}", "/a|b{c}", [:]),
        ] as [(String, String, URLQuery)])
    func `takes targets apart`(target: String, path: String, query: URLQuery) throws {
        let head = try HTTPRequestHead(.get, target)
        #expect(head.path == path)
        #expect(head.query == query)
    }

    @Test(
        arguments: [
            ("", HTTPError.malformedTarget), ("v1", .malformedTarget), ("*", .malformedTarget), ("/a b", .malformedTarget),
            ("/a#b", .malformedTarget),
            ("/é", .malformedTarget), ("/a\\b", .malformedTarget), ("/../etc", .malformedTarget), ("/a/%2e%2E/b", .malformedTarget),
            ("/.", .malformedTarget),
            ("/%00", .malformedTarget), ("/%0d%0a", .malformedTarget), ("/%", .malformedEscape), ("/%zz", .malformedEscape),
            ("/%FF", .malformedEscape),
            ("/?a=%ff", .malformedEscape), ("ftp://h/", .malformedTarget), ("http://", .malformedTarget), ("http:///p", .malformedTarget),
            ("http://user@h/", .malformedTarget), ("http://h:port/", .malformedTarget),
        ] as [(String, HTTPError)])
    func `rejects targets`(target: String, error: HTTPError) {
        #expect(throws: error) { try HTTPRequestHead(.get, target) }
    }

    @Test func `the target names the authority before Host does`() throws {
        #expect(try HTTPRequestHead(.get, "/", headers: ["host": "a:1"]).authority == "a:1")
        #expect(try HTTPRequestHead(.get, "http://b/", headers: ["Host": "a"]).authority == "b")
    }

    @Test func `OPTIONS may ask about the server as a whole`() throws {
        #expect(try HTTPRequestHead(.options, "*").path == "*")
        #expect(throws: HTTPError.unsupportedMethod) { try HTTPRequestHead(.connect, "h:443") }
    }

    @Test(
        arguments: [
            (HTTPVersion.http11, nil, true), (.http11, "close", false), (.http11, "Upgrade, Close", false), (.http10, nil, false),
            (.http10, "Keep-Alive", true),
            (.http10, "keep-alive, close", false),
        ] as [(HTTPVersion, String?, Bool)])
    func `knows whether the connection is kept`(version: HTTPVersion, connection: String?, keeps: Bool) throws {
        var headers = HTTPHeaders()
        headers.set("Connection", connection)
        #expect(try HTTPRequestHead(.get, "/", version: version, headers: headers).keepsAlive == keeps)
    }

    @Test func `headers are found in any case and keep their order`() {
        var headers: HTTPHeaders = ["Accept": "a", "X": "1", "accept": "b, ,c"]
        #expect(headers["ACCEPT"] == "a")
        #expect(headers.values("Accept") == ["a", "b, ,c"])
        #expect(headers.elements("Accept") == ["a", "b", "c"])
        #expect(headers.has("accept", element: "C"))
        headers.set("accept", "z")
        #expect(headers == ["X": "1", "accept": "z"])
        headers.set("x", nil)
        #expect(headers["X"] == nil)
    }
}
