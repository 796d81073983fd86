import Framing
import Testing

@Suite struct `Base64 coding` {
    // RFC 4648 section 10.
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")])
    func `knows the standard's examples`(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Z g=", "Zm_v", "Zm9v\n"])
    func `rejects what no encoder writes`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `all bytes come back`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test(arguments: [
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm 8", "Zg==Zm9v", "=Zm9",
        "Zm=v",
    ])
    func `reads bytes where they lie as it reads text`(text: String) {
        #expect(text.utf8CString.withUnsafeBytes { Base64.decode(UnsafeRawBufferPointer(rebasing: $0.dropLast())) } == Base64.decode(text))
    }
}
