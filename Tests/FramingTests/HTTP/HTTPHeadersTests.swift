import Framing
import Testing

@Suite struct `HTTP headers` {
    @Test(arguments: ["", "Token k", "tab\tinside", "Grüße", "a: b"]) func `can be sent with any text of one line`(value: String) {
        #expect((["X-A": "1", "X-B": value] as HTTPHeaders).unsendable == nil)
    }

    @Test(arguments: ["k\n", "k\r\nX-Smuggled: 1", "k\u{0}", "k\u{7F}", "k\u{1B}[0m"])
    func `cannot be sent with a control character, and the value is not shown`(value: String) {
        let field = (["X-A": "1", "Authorization": "Token " + value] as HTTPHeaders).unsendable
        #expect(field == UnsendableField(name: "Authorization"))
        #expect(field?.description == "the header Authorization has a line end or another character that a header cannot have")
    }

    @Test(arguments: ["", "X A", "X:A", "X\n"]) func `cannot be sent with a name that is not a token`(name: String) {
        #expect(([name: "1"] as HTTPHeaders).unsendable == UnsendableField(name: name))
    }
}
