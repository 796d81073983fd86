import Net
import Testing

@Suite struct `IP addresses` {
    @Test(arguments: ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])
    func `of the Internet are public`(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
        "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
        "2001:db8::1", "2001::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "::7f00:1",
        "3fff::1", "100::1",
    ])
    func `of hosts, links, private and special nets are not`(text: String) throws {
        #expect(try !#require(IPAddress(text)).isPublic)
    }

    @Test func `are loopback in all their forms`() {
        #expect(IPAddress("127.8.9.1")?.isLoopback == true)
        #expect(IPAddress("::1")?.isLoopback == true)
        #expect(IPAddress("::ffff:127.0.0.1")?.isLoopback == true)
        #expect(IPAddress("::2")?.isLoopback == false)
        #expect(IPAddress("2002:7f00:1::")?.isLoopback == false)
        #expect(IPAddress("64:ff9b::127.0.0.1")?.isLoopback == false)
        #expect(IPAddress("128.0.0.1")?.isLoopback == false)
    }

    @Test(arguments: ["127.0.0.1:8080", "[::1]:0", "[2001:db8::5]:65535"]) func `with a port are written as they are read`(text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(arguments: ["127.0.0.1", "::1:80", "localhost:80", "1.2.3.4:65536", "[1.2.3.4]:1", "127.1:80", ":80", ""])
    func `with a port are not read from anything else`(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
