import Net
import Testing

@Suite struct `Digests and secrets` {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `SHA-256 of the standard's example, whole and in pieces`() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(hex(SHA256.digest(Array("abc".utf8))) == expected)
        var sha = SHA256()
        for byte in "abc".utf8 { sha.update([byte]) }
        #expect(hex(sha.finish()) == expected)
        #expect(hex(SHA256.digest([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `HMAC-SHA-256 of RFC 4231, case 2`() {
        let digest = hmacSHA256(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(hex(digest) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `random bytes differ`() throws {
        #expect(try secureRandomBytes(32) != secureRandomBytes(32))
        #expect(try secureRandomBytes(0).isEmpty)
    }

    @Test func `secrets are compared by all their bytes`() {
        #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
        #expect(!constantTimeEquals([], []))
    }
}

@Suite struct `A sealing key` {
    private let key = SealingKey(secret: [UInt8](repeating: 7, count: 32), purpose: "test")

    @Test func `opens what it sealed, in its place only`() throws {
        for bytes in [[], [0], Array("Bearer 123".utf8), [UInt8](repeating: 3, count: 5_000)] {
            let sealed = try key.seal(bytes, place: "job-1")
            #expect(key.open(sealed, place: "job-1") == bytes)
            #expect(key.open(sealed, place: "job-2") == nil)
            #expect(try key.seal(bytes, place: "job-1") != sealed, "a nonce is used once")
        }
    }

    @Test func `does not open what was changed, cut, or sealed with another key`() throws {
        let sealed = try key.seal(Array("secret".utf8), place: "")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(key.open(changed, place: "") == nil)
            #expect(key.open(Array(sealed[..<index]), place: "") == nil)
        }
        #expect(SealingKey(secret: [UInt8](repeating: 8, count: 32), purpose: "test").open(sealed, place: "") == nil)
        #expect(SealingKey(secret: [UInt8](repeating: 7, count: 32), purpose: "other").open(sealed, place: "") == nil)
    }
}
