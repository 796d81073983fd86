import Framing
@testable import Gateway
import Testing

@Suite struct `A request for a range of bytes` {
    @Test(
        arguments: [
            ("bytes=0-99", .part(0..<100)), ("bytes=50-", .part(50..<200)), ("bytes=-10", .part(190..<200)), ("bytes=-900", .part(0..<200)),
            ("bytes=199-400", .part(199..<200)), ("Bytes=0-0", .part(0..<1)), ("bytes=200-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=9-5", .whole), ("bytes=0-1,5-6", .whole), ("bytes=a-b", .whole), ("bytes=-", .whole), ("bytes=+1-2", .whole),
            ("seconds=0-1", .whole), ("bytes=99999999999999999999-", .whole), ("bytes=0-999999999999999999", .part(0..<200)),
        ] as [(String, ByteRange)])
    func `gets the bytes that it names, or all`(field: String, range: ByteRange) {
        #expect(ByteRange(["Range": field], of: 200) == range)
        #expect(ByteRange(["Range": field, "If-Range": "\"tag\""], of: 200) == .whole)
    }

    @Test func `gets nothing of an empty content`() {
        #expect(ByteRange([:], of: 0) == .whole)
        #expect(ByteRange(["Range": "bytes=0-"], of: 0) == .unsatisfiable)
        #expect(ByteRange(["Range": "bytes=-5"], of: 0) == .unsatisfiable)
    }
}
