@testable import Admission
import Framing
import Net
@testable import Settings
import Testing

@Suite struct `Trusted proxies` {
    private static func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func headers(_ fields: [(String, String)]) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in fields { headers.add(name, value) }
        return headers
    }

    private static func client(_ fields: [(String, String)], peer: String = "10.0.0.1:4000", isSecure: Bool = false) throws -> ClientAddress {
        try TrustedProxies(["10.0.0.0/8", "2001:db8:5::/48"]).client(
            of: headers(fields), peer: try #require(SocketAddress(peer)), isSecure: isSecure)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.3.4", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.128/25", "192.0.2.200", true),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true), ("::1", "127.0.0.1", false), ("0.0.0.0/1", "1.2.3.4", true),
    ])
    func `are named by address or by network`(range: String, address: String, isInside: Bool) throws {
        #expect(try TrustedProxies([range]).contains(Self.ip(address)) == isInside)
    }

    @Test(arguments: [
        "proxy.example", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "2001:db8::/129", "10.0.0.0/+8", "10.0.0/8", "[::1]",
        "10.0.0.1:80", "/8", "",
    ])
    func `are rejected at start when they are no addresses, or everybody`(name: String) {
        #expect(throws: ConfigurationError.self) { try TrustedProxies([name]) }
    }

    @Test(arguments: [
        // The right-most address that is no proxy of ours, however it is written.
        ("203.0.113.9", "203.0.113.9"), ("127.0.0.1, 203.0.113.9", "203.0.113.9"), ("203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("198.51.100.1,203.0.113.9 ,10.1.2.3, 10.4.5.6", "203.0.113.9"), ("203.0.113.9:1234", "203.0.113.9"), ("[2001:db8::9]:443", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"), ("[2001:db8::9]", "2001:db8::9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("unknown, 203.0.113.9", "203.0.113.9"),
    ])
    func `say who asks in X-Forwarded-For`(value: String, address: String) throws {
        let client = try Self.client([("X-Forwarded-For", value)])
        let expected = try Self.ip(address)
        #expect(client.ip == expected && client.source == .forwarded)
        #expect(client.description == address)
    }

    @Test(arguments: [
        ("for=203.0.113.9", "203.0.113.9"), ("For=\"[2001:db8::9]:4711\"", "2001:db8::9"), ("for=192.0.2.7;proto=http;by=10.0.0.1", "192.0.2.7"),
        ("proto=http ; for=\"192.0.2.7:80\"", "192.0.2.7"), ("for=127.0.0.1, for=203.0.113.9", "203.0.113.9"),
        ("for=203.0.113.9, for=10.1.1.1", "203.0.113.9"), ("for=_hidden, for=203.0.113.9", "203.0.113.9"),
        ("for=\"203.0.113.9:_port\"", "203.0.113.9"), ("for=\"203.0\\.113.9\"", "203.0.113.9"), (", ,for=203.0.113.9,", "203.0.113.9"),
        ("host=\"a, for=127.0.0.1\";for=203.0.113.9", "203.0.113.9"),
    ])
    func `say who asks in Forwarded`(value: String, address: String) throws {
        let client = try Self.client([("Forwarded", value)])
        let expected = try Self.ip(address)
        #expect(client.ip == expected && client.source == .forwarded)
    }

    @Test(arguments: [
        [("X-Forwarded-For", "unknown")], [("X-Forwarded-For", "203.0.113.9, unknown")], [("X-Forwarded-For", "203.0.113.9, _x, 10.1.1.1")],
        [("X-Forwarded-For", "")], [("X-Forwarded-For", "203.0.113.9,")], [("X-Forwarded-For", "999.1.1.1")], [("X-Forwarded-For", "a:b:c")],
        [("X-Forwarded-For", "203.0.113.9:")], [("X-Forwarded-For", "2001:db8::9]:80")],
        [("Forwarded", "for=unknown")], [("Forwarded", "for=203.0.113.9, proto=http")], [("Forwarded", "")], [("Forwarded", "203.0.113.9")],
        [("Forwarded", "for=203.0.113.9;for=127.0.0.1")], [("Forwarded", "for=\"")], [("Forwarded", "for=\", for=203.0.113.9")],
        [("Forwarded", "for=\", for=\"[2001:db8::9]\"")], [("Forwarded", "for=\"203.0.113.9\"x")], [("Forwarded", "for==203.0.113.9")],
        // A header that the proxy passes on as its client sent it.
        [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=127.0.0.1")],
    ])
    func `count themselves when they do not say who asks`(fields: [(String, String)]) throws {
        let client = try Self.client(fields)
        let proxy = try Self.ip("10.0.0.1")
        #expect(client.ip == proxy && client.source == .unclear)
    }

    @Test func `are believed over several lines, and when both headers agree`() throws {
        #expect(try Self.client([("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "203.0.113.9, 10.1.1.1")]).ip == Self.ip("203.0.113.9"))
        #expect(try Self.client([("Forwarded", "for=127.0.0.1"), ("forwarded", "for=203.0.113.9")]).ip == Self.ip("203.0.113.9"))
        #expect(try Self.client([("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]).ip == Self.ip("203.0.113.9"))
    }

    @Test func `alone are believed`() throws {
        let client = try Self.client([("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https")], peer: "192.0.2.1:1")
        let peer = try Self.ip("192.0.2.1")
        #expect(client.ip == peer && client.source == .connection && !client.isSecure)
        #expect(client.description == "192.0.2.1:1")
    }

    @Test func `send what is cut anywhere or damaged without harm`() throws {
        let values = ["for=\"[2001:db8::9]:4711\";proto=https, for=\"a\\\"b\", for=203.0.113.9;by=_x", "203.0.113.9:80, [2001:db8::9]:443, unknown"]
        for value in values {
            for end in value.indices {
                for name in ["Forwarded", "X-Forwarded-For"] {
                    for text in [String(value[..<end]), String(value[end...]), value[..<end] + "\u{0}é;=\"" + value[end...]] {
                        let client = try Self.client([(name, text)])
                        #expect(client.source != .connection)
                    }
                }
            }
        }
    }

    @Test(arguments: [("https", true), ("HTTPS", true), ("http, https", true), ("https, http", false), ("http", false), ("", false)])
    func `say whether their client speaks TLS`(scheme: String, isSecure: Bool) throws {
        #expect(try Self.client([("X-Forwarded-Proto", scheme), ("X-Forwarded-For", "203.0.113.9")]).isSecure == isSecure)
        #expect(try Self.client([], isSecure: true).isSecure)
    }
}
