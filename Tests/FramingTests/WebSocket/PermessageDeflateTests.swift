import Framing
import Testing

@Suite struct `permessage-deflate` {
    private typealias Dialogue = WebSocketDialogue

    private func violation(_ violation: WebSocketViolation) -> WebSocketTold.Event {
        .closed(WebSocketEnding(code: violation.code, reason: violation.description, origin: .violation(violation)))
    }

    // MARK: RFC 7692 section 7.2.3

    @Test(
        arguments: [
            // One compressed message; in two fragments; with the window of the first message; with no compression; ending its stream; two blocks.
            ([0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], 1),
            ([0x41, 0x03, 0xf2, 0x48, 0xcd, 0x80, 0x04, 0xc9, 0xc9, 0x07, 0x00], 1),
            ([0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00], 2),
            ([0xc1, 0x0b, 0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00], 1),
            ([0xc1, 0x08, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00], 1),
            ([0xc1, 0x0d, 0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00], 1),
        ] as [([UInt8], Int)])
    func `reads the standard's examples`(stream: [UInt8], count: Int) throws {
        let told = try #require(Dialogue.clientTold(stream, compression: PermessageDeflate()))
        #expect(told.events == Array(repeating: .text("Hello"), count: count))
    }

    @Test(arguments: [
        PermessageDeflate(), PermessageDeflate(serverForgets: true, clientForgets: true),
        PermessageDeflate(serverWindowBits: 9, clientWindowBits: 10),
    ])
    func `both sides understand each other`(agreed: PermessageDeflate) throws {
        let texts = ["", "a", "Hello", "Hello", String(repeating: "Hello, wörld. ", count: 5_000), "", "", "Hello"]
        let noise = (0..<100_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
        var server = Dialogue.server(compression: agreed)
        var client = Dialogue.client(compression: agreed)
        var down: [UInt8] = []
        var up: [UInt8] = []
        for text in texts {
            server.append(text: Array(text.utf8).span.bytes, to: &down)
            client.append(text: Array(text.utf8).span.bytes, to: &up)
        }
        server.append(binary: noise.span.bytes, to: &down)
        let expected = texts.map { WebSocketTold.Event.text($0) }
        // The texts are too long for a failure's message.
        let read = Dialogue.feed(&client, down, cuts: Array(stride(from: 5, to: down.count, by: 1_777))).events
        #expect(read.dropLast().elementsEqual(expected) == true)
        #expect((read.last == .binary(noise)) == true)
        #expect((Dialogue.feed(&server, up, cuts: Array(0..<up.count)).events == expected) == true)
    }

    @Test func `uncompressed messages and pings pass between compressed ones`() throws {
        let stream =
            [0x41, 0x03, 0xf2, 0x48, 0xcd, 0x89, 0x00, 0x80, 0x04, 0xc9, 0xc9, 0x07, 0x00] + Dialogue.frame(0x81, "plain", masked: false)
        let told = try #require(Dialogue.clientTold(stream, compression: PermessageDeflate()))
        #expect(told.events == [.ping([]), .text("Hello"), .text("plain")])
    }

    @Test func `small messages are sent as they are`() {
        var machine = WebSocketMachine(role: .server, compression: PermessageDeflate(), compressionThreshold: 6)
        var output: [UInt8] = []
        machine.append(text: Array("Hello".utf8).span.bytes, to: &output)
        #expect(output == Dialogue.frame(0x81, "Hello", masked: false))
    }

    @Test func `a bomb stops at the message limit`() throws {
        var server = Dialogue.server(compression: PermessageDeflate())
        var bomb: [UInt8] = []
        server.append(binary: [UInt8](repeating: 0, count: 1_000_000).span.bytes, to: &bomb)
        #expect(bomb.count < 10_000)
        var client = Dialogue.client(limit: 100_000, compression: PermessageDeflate())
        #expect(Dialogue.feed(&client, bomb).events == [violation(.messageTooBig(limit: 100_000))])
        var wide = Dialogue.client(limit: 1_000_000, compression: PermessageDeflate())
        #expect(Dialogue.feed(&wide, bomb).events == [.binary([UInt8](repeating: 0, count: 1_000_000))])
    }

    @Test func `what cannot be decompressed is rejected`() throws {
        let stream = Dialogue.frame(0xC1, [0xFF, 0xFF, 0xFF], masked: false)
        #expect(try #require(Dialogue.clientTold(stream, compression: PermessageDeflate())).events == [violation(.invalidCompression)])
    }

    @Test func `decompressed text must be UTF-8`() throws {
        var server = Dialogue.server(compression: PermessageDeflate())
        var stream: [UInt8] = []
        server.append(text: ([UInt8](repeating: 0x61, count: 100) + [0xFF]).span.bytes, to: &stream)
        #expect(try #require(Dialogue.clientTold(stream, compression: PermessageDeflate())).events == [violation(.invalidUTF8)])
    }

    @Test func `the compression bit means nothing in continuations and control frames`() throws {
        for first: [UInt8] in [[0x41, 0x01, 0xf2, 0xC0, 0x00], [0xC9, 0x00]] {
            #expect(try #require(Dialogue.clientTold(first, compression: PermessageDeflate())).events == [violation(.reservedBits)])
        }
    }
}
