import Framing
import Testing

@Suite struct `A data URL` {
    @Test(arguments: [
        ("data:audio/wav;base64,Zm9v", "foo"), ("DATA:;BASE64,Zg==", "f"), ("data:audio/ogg;codecs=opus;base64,", ""),
    ])
    func `has the bytes behind the comma`(url: String, expected: String) { #expect(DataURL.bytes(of: url) == Array(expected.utf8)) }

    @Test(arguments: ["", "data:", "data:,foo", "data:audio/wav,Zm9v", "data:audio/wav;base64", "data:;base64,Zm9", "http://a/b;base64,Zm9v", "Zm9v"])
    func `has none in another form`(url: String) { #expect(DataURL.bytes(of: url) == nil) }
}
