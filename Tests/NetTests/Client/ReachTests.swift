import Net
import Testing

@Suite struct `The reach of a request` {
    private static let machine = [
        "http://127.0.0.1/", "http://127.0.0.1:8080/x", "https://127.1", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://0x7f.1?x", "http://[::1]:80/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]", "http://localhost", "http://LOCALHOST:80/",
        "http://localhost./", "http://x.localhost/", "http://user:key@127.0.0.1/", "http://a@b@127.0.0.1/", "http://127.0.0.1\\@example.org/",
    ]
    private static let others = [
        "http://10.0.0.1/", "http://192.168.1.1", "http://169.254.169.254/latest", "http://0.0.0.0/", "http://[fe80::1%25eth0]/", "http://[fd00::1]",
        "http://224.0.0.1/", "http://100.64.0.1/", "http://%31%32%37.0.0.1/", "http://local%68ost/",
    ]

    @Test(arguments: machine + others) func `does not have addresses that are not public`(url: String) {
        #expect(HTTPClientRequest.Reach.publicOnly.forbiddenHost(in: url) != nil)
        #expect(HTTPClientRequest.Reach.anywhere.forbiddenHost(in: url) == nil)
    }

    @Test(arguments: machine) func `has the addresses that the operator allows`(url: String) throws {
        let allowed = try #require(IPAddress("127.0.0.1"))
        if !url.contains("::") { #expect(HTTPClientRequest.Reach.publicAnd([allowed]).forbiddenHost(in: url) == nil) }
    }

    @Test(arguments: ["http://localhost:80/", "http://x.localhost."]) func `has this machine's name where one of its addresses is allowed`(
        url: String
    ) throws {
        for text in ["127.0.0.1", "[::1]"] {
            let allowed = try #require(IPAddress(text))
            #expect(HTTPClientRequest.Reach.publicAnd([allowed]).forbiddenHost(in: url) == nil)
        }
        let other = try #require(IPAddress("10.0.0.1"))
        #expect(HTTPClientRequest.Reach.publicAnd([other]).forbiddenHost(in: url) != nil)
    }

    @Test(
        arguments: [
            "https://example.org/hook", "http://example.org:8080/?a=127.0.0.1", "https://8.8.8.8/", "http://[2606:4700::1111]/",
            "https://127.example.org",
            "https://localhost.example.org/", "https://example.org/@127.0.0.1", "nothing",
        ])
    func `may have what only a name server knows`(url: String) {
        #expect(HTTPClientRequest.Reach.publicOnly.forbiddenHost(in: url) == nil)
    }
}
