import Net
import Testing

@testable import harken

@Suite struct `A gateway's address` {
    private let command = CommandDescription(name: "ask", summary: "Asks.", options: GatewayAddress.options)

    private func address(_ words: [String], environment: [String: String] = [:]) throws -> GatewayAddress {
        try GatewayAddress(Arguments(words, for: command, environment: environment))
    }

    @Test func `comes from the option, the variable or the default`() throws {
        #expect(try address([]).url == "http://127.0.0.1:8080")
        #expect(try address([], environment: ["HARKEN_URL": "https://a.example/"]).url == "https://a.example")
        #expect(try address(["--url", "ws://b.example//"], environment: ["HARKEN_URL": "https://a.example/"]).httpURL == "http://b.example")
        #expect(try address(["--url", "wss://b.example"]).httpURL == "https://b.example")
        #expect(try address([], environment: ["HARKEN_KEY": "hk_1"]).key == "hk_1")
        #expect(throws: UsageError.self) { try address([], environment: ["HARKEN_URL": "b.example"]) }
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"), ("gateway:80/", "http://gateway:80"), ("[::1]:8080", "http://[::1]:8080"),
        ("gateway:8080/prefix", "http://gateway:8080/prefix"),
    ])
    func `without a scheme is one with http, on every way to name it`(text: String, url: String) throws {
        let choosing = CommandDescription(name: "choose", summary: "Chooses.", options: GatewayAddress.choice)
        for (words, environment) in [(["--url", text], [:]), ([], ["HARKEN_URL": text])] {
            #expect(try address(words, environment: environment).url == url)
            #expect(try GatewayAddress(chosenBy: Arguments(words, for: choosing, environment: environment))?.url == url)
        }
    }

    @Test(arguments: ["gateway", "gateway/prefix", "8080", "gateway:port", "gateway:0", "::1", "[::1]", ":8080", "ftp://gateway:21", "a@gateway:80"])
    func `is refused without scheme and port, or with others`(text: String) {
        let accepted = "a URL such as http://127.0.0.1:8080 or https://captions.example.org, or HOST:PORT"
        let problem = #expect(throws: UsageError.self) { try address(["--url", text]) }
        #expect(problem?.description.contains(accepted) == true)
    }

    @Test(arguments: ["hk_1\n", "hk_1\r\n", " hk_1 ", "\"hk_1\""]) func `has the key without what other systems put around it`(text: String) throws {
        #expect(try address([], environment: ["HARKEN_KEY": text]).key == "hk_1")
        #expect(try address(["--key", text]).key == "hk_1")
        #expect(try address([], environment: ["HARKEN_URL": "https://a.example\r\n"]).url == "https://a.example")
    }

    @Test(arguments: [
        ("hk_1\nhk_2", "has more than one line"), ("  ", "is empty"), ("hk_…", "has an ellipsis, as a manual has in place of a key"),
        ("hk_1 hk_2", "has a blank inside"),
    ])
    func `names a key that cannot be one, and does not show it`(text: String, problem: String) {
        let rest = " \(problem): it takes the key alone, in one line of ASCII without blanks"
        #expect(throws: UsageError("HARKEN_KEY" + rest)) { try address([], environment: ["HARKEN_KEY": text]) }
        #expect(throws: UsageError("--key" + rest)) { try address(["--key", text]) }
    }

    @Test func `says which file of authorities cannot be used`() throws {
        #expect(throws: GatewayError.self) { try address(["--ca", "/nowhere/a.pem"]).tls() }
        let problem = #expect(throws: GatewayError.self) { try address([], environment: ["HARKEN_CA": "/etc/hostname"]).client() }
        #expect(problem?.description.contains("--ca takes a file of certificates in PEM form") == true)
    }

    @Test func `calls an untrusted certificate by its name`() {
        let address = GatewayAddress("https://b.example")
        let text = address.explain(.untrusted("self-signed certificate"))
        #expect(text.hasPrefix("the certificate of https://b.example is not trusted (self-signed certificate)"))
        #expect(text.contains("--ca FILE"))
    }
}
