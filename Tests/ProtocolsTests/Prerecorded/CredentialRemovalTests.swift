import Protocols
import Speech
import Testing

@Suite struct `A key that a vendor quotes` {
    private let key = Credential("sk-0123456789-abcdef")

    @Test(arguments: [
        ("no such key: sk-0123456789-abcdef", "no such key: …"), ("sk-0123456789-abcdef, sk-0123456789-abcdef!", "…, …!"),
        // Vendors show beginnings of keys.
        ("Incorrect API key provided: sk-01234*****cdef.", "Incorrect API key provided: …*****cdef."), ("sk-0123 is short", "sk-0123 is short"),
        ("nothing of it", "nothing of it"), ("", ""), ("sk-sk-0123456789-abcdef", "sk-…"),
    ]) func `is taken out, whole or from its beginning on`(text: String, expected: String) {
        #expect(key.removed(from: text) == expected)
        for error in [EngineError.unauthorized(text), .unavailable(text), .badRequest(text), .undecodable(text), .timedOut(text)] {
            let written = String(describing: error.without(key))
            #expect(written.contains(expected) && written.hasPrefix(error.label.prefix(3)))
        }
    }

    @Test func `is no secret when it is of a few letters`() {
        #expect(Credential("key").removed(from: "the key") == "the key")
        #expect(Credential("keys").removed(from: "the keys") == "the …")
        #expect(Credential("").removed(from: "text") == "text")
    }
}
