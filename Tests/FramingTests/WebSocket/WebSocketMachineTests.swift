import Framing
import Testing

@Suite struct `WebSocket machine` {
    private typealias Dialogue = WebSocketDialogue

    private func violation(_ violation: WebSocketViolation) -> WebSocketTold.Event {
        .closed(WebSocketEnding(code: violation.code, reason: violation.description, origin: .violation(violation)))
    }

    // MARK: RFC 6455 section 5.7

    @Test func `a masked text message from a client`() throws {
        let told = try #require(Dialogue.serverTold([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]))
        #expect(told == WebSocketTold(events: [.text("Hello")]))
    }

    @Test func `an unmasked text message from a server, whole and in fragments`() throws {
        let stream: [UInt8] = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f]
        let told = try #require(Dialogue.clientTold(stream))
        #expect(told == WebSocketTold(events: [.text("Hello"), .text("Hello")]))
    }

    @Test func `a ping is answered with its payload`() throws {
        let told = try #require(Dialogue.clientTold([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]))
        #expect(told.events == [.ping(Array("Hello".utf8))])
        #expect(told.replies == [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 128, 255, 256, 1_600, 65_535, 65_536, 70_001])
    func `binary messages of every length form`(length: Int) throws {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let told = try #require(Dialogue.serverTold(Dialogue.frame(0x82, payload) + Dialogue.frame(0x82, [1])))
        #expect(told == WebSocketTold(events: [.binary(payload), .binary([1])]))
        var client = Dialogue.client()
        var output: [UInt8] = [9]
        #expect(client.append(binary: payload.span.bytes, to: &output) == true)
        #expect(output == [9] + Dialogue.frame(0x82, payload))
        var server = Dialogue.server()
        output = []
        #expect(server.append(binary: payload.span.bytes, to: &output) == true)
        #expect(output == Dialogue.frame(0x82, payload, masked: false))
    }

    @Test func `a message that lies whole in the input is handed out in place`() throws {
        var machine = Dialogue.server()
        var bytes = Dialogue.frame(0x82, [UInt8](repeating: 7, count: 1_600)) + Dialogue.frame(0x81, "é")
        var offset = 0
        var replies: [UInt8] = []
        var span = bytes.mutableSpan
        var input = span.mutableBytes
        #expect(machine.next(&input, from: &offset, replies: &replies) == .binary(.inPlace(8..<1_608)))
        #expect(machine.next(&input, from: &offset, replies: &replies) == .text(.inPlace(1_614..<1_616)))
        #expect(machine.next(&input, from: &offset, replies: &replies) == nil)
        #expect(bytes[8..<1_608].allSatisfy { $0 == 7 })
    }

    @Test func `control frames may stand between fragments`() throws {
        let stream =
            Dialogue.frame(0x01, "Hel") + Dialogue.frame(0x89, "p") + Dialogue.frame(0x00, "") + Dialogue.frame(0x8A) + Dialogue.frame(0x80, "lo")
        let told = try #require(Dialogue.serverTold(stream))
        #expect(told.events == [.ping([0x70]), .pong([]), .text("Hello")])
        #expect(told.replies == [0x8A, 1, 0x70])
    }

    @Test func `a non-minimal length is read all the same`() throws {
        let told = try #require(Dialogue.clientTold([0x82, 126, 0, 1, 5, 0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 6]))
        #expect(told.events == [.binary([5]), .binary([6])])
    }

    // MARK: Violations

    @Test(
        arguments: [
            ([0xC1, 0x80, 0, 0, 0, 0], WebSocketViolation.reservedBits), ([0xA1, 0x80, 0, 0, 0, 0], .reservedBits),
            ([0x91, 0x80, 0, 0, 0, 0], .reservedBits),
            ([0xC9, 0x80, 0, 0, 0, 0], .reservedBits), ([0x83, 0x80, 0, 0, 0, 0], .reservedOpcode), ([0x87, 0x80, 0, 0, 0, 0], .reservedOpcode),
            ([0x8B, 0x80, 0, 0, 0, 0], .reservedOpcode), ([0x8F, 0x80, 0, 0, 0, 0], .reservedOpcode), ([0x81, 0x05], .unmasked),
            ([0x89, 0x00], .unmasked),
            ([0x09, 0x80, 0, 0, 0, 0], .fragmentedControl), ([0x08, 0x80, 0, 0, 0, 0], .fragmentedControl),
            ([0x89, 0xFE, 0, 126, 0, 0, 0, 0], .controlTooLong), ([0x88, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], .controlTooLong),
            ([0x80, 0x80, 0, 0, 0, 0], .unexpectedContinuation), ([0x00, 0x80, 0, 0, 0, 0], .unexpectedContinuation),
            ([0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], .interleavedMessage),
            ([0x02, 0x80, 0, 0, 0, 0, 0x01, 0x80, 0, 0, 0, 0], .interleavedMessage),
            ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .lengthOverflow),
            ([0x82, 0xFE, 0, 125, 0, 0, 0, 0], .lengthNotMinimal),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], .lengthNotMinimal),
            ([0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0], .messageTooBig(limit: 1_048_576)),
            ([0x88, 0x81, 0, 0, 0, 0, 3], .malformedClose),
        ] as [([UInt8], WebSocketViolation)])
    func `a client that breaks the protocol is told so`(stream: [UInt8], violation: WebSocketViolation) throws {
        let told = try #require(Dialogue.serverTold(stream + [0x81, 0x80]))
        #expect(told.events == [self.violation(violation)])
        let code = violation.code.rawValue
        #expect(told.replies == Dialogue.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + Array(violation.description.utf8), masked: false))
    }

    @Test func `a server must not mask`() throws {
        #expect(try #require(Dialogue.clientTold(Dialogue.frame(0x81, "a"))).events == [violation(.masked)])
    }

    @Test func `messages are limited, whole and in fragments`() throws {
        let fits = Dialogue.frame(0x82, [1, 2, 3, 4, 5]) + Dialogue.frame(0x02, [1, 2, 3]) + Dialogue.frame(0x80, [4, 5])
        #expect(try #require(Dialogue.serverTold(fits, limit: 5)).events == [.binary([1, 2, 3, 4, 5]), .binary([1, 2, 3, 4, 5])])
        let whole = Dialogue.frame(0x82, [1, 2, 3, 4, 5, 6])
        #expect(try #require(Dialogue.serverTold(whole, limit: 5)).events == [violation(.messageTooBig(limit: 5))])
        let parts = Dialogue.frame(0x02, [1, 2, 3]) + Dialogue.frame(0x80, [4, 5, 6])
        #expect(try #require(Dialogue.serverTold(parts, limit: 5)).events == [violation(.messageTooBig(limit: 5))])
    }

    // MARK: UTF-8

    @Test(arguments: ["κόσμε", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\u{D7FF}\u{E000}", "\0", "aaaaaaaaaaaaaaaaé"])
    func `text may be parted inside a character`(text: String) throws {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let told = try #require(Dialogue.serverTold(Dialogue.frame(0x01, Array(bytes[..<cut])) + Dialogue.frame(0x80, Array(bytes[cut...]))))
            #expect(told.events == [.text(text)])
        }
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xED, 0xA0, 0x80, 0x65],
        ] as [[UInt8]])
    func `text that is not UTF-8 is rejected`(bytes: [UInt8]) throws {
        #expect(try #require(Dialogue.serverTold(Dialogue.frame(0x81, Array("12345678".utf8) + bytes))).events == [violation(.invalidUTF8)])
        for cut in 0...bytes.count {
            let stream = Dialogue.frame(0x01, Array(bytes[..<cut])) + Dialogue.frame(0x80, Array(bytes[cut...]))
            #expect(try #require(Dialogue.serverTold(stream)).events == [violation(.invalidUTF8)])
        }
    }

    @Test func `invalid text is noticed before the message ends`() throws {
        #expect(try #require(Dialogue.serverTold(Dialogue.frame(0x01, [0xFF]))).events == [violation(.invalidUTF8)])
        #expect(
            try #require(Dialogue.serverTold(Array(Dialogue.frame(0x81, [0xFF] + [UInt8](repeating: 1, count: 50)).prefix(8)))).events == [
                violation(.invalidUTF8)
            ])
    }

    // MARK: Closing

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] as [UInt16])
    func `a close frame is answered with its code`(code: UInt16) throws {
        let number = [UInt8(code >> 8), UInt8(code & 255)]
        let told = try #require(Dialogue.serverTold(Dialogue.frame(0x88, number + Array("tschüs".utf8)) + Dialogue.frame(0x81, "late")))
        #expect(told.events == [.closed(WebSocketEnding(code: .init(code), reason: "tschüs", origin: .peer))])
        #expect(told.replies == Dialogue.frame(0x88, number, masked: false))
    }

    @Test func `a close frame without a code is answered without one`() throws {
        let told = try #require(Dialogue.serverTold(Dialogue.frame(0x88)))
        #expect(told.events == [.closed(WebSocketEnding(code: .noStatus, origin: .peer))])
        #expect(told.replies == [0x88, 0])
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] as [UInt16])
    func `codes that must not be sent are rejected`(code: UInt16) throws {
        let told = try #require(Dialogue.serverTold(Dialogue.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)])))
        #expect(told.events == [violation(.invalidCloseCode)])
    }

    @Test func `the reason must be UTF-8`() throws {
        #expect(try #require(Dialogue.serverTold(Dialogue.frame(0x88, [3, 0xE8, 0xFF]))).events == [violation(.invalidUTF8)])
    }

    @Test func `after our close the peer's messages still come, until it closes too`() throws {
        var machine = Dialogue.server()
        var output: [UInt8] = []
        #expect(machine.appendClose(.goingAway, reason: "drain", to: &output) == true)
        #expect(output == Dialogue.frame(0x88, [3, 0xE9] + Array("drain".utf8), masked: false))
        #expect((machine.isOpen || machine.isClosed) == false)
        #expect(machine.append(text: [0x61].span.bytes, to: &output) == false)
        #expect(machine.appendClose(.normal, reason: "", to: &output) == false)
        let told = Dialogue.feed(&machine, Dialogue.frame(0x81, "late") + Dialogue.frame(0x89) + Dialogue.frame(0x88, [3, 0xE9]))
        #expect(told.events == [.text("late"), .ping([]), .closed(WebSocketEnding(code: .goingAway, origin: .local))])
        #expect(told.replies == [])
        #expect(machine.isClosed == true)
        #expect(Dialogue.feed(&machine, Dialogue.frame(0x81, "more")) == WebSocketTold())
    }

    @Test(arguments: [
        (String(repeating: "a", count: 200), 123), (String(repeating: "a", count: 122) + "é", 122), (String(repeating: "😀", count: 40), 120), ("", 0),
    ])
    func `a long reason is cut between characters`(reason: String, length: Int) {
        var machine = Dialogue.server()
        var output: [UInt8] = []
        machine.appendClose(.normal, reason: reason, to: &output)
        #expect(Int(output[1]) == length + 2)
        #expect(String(validating: output[4...], as: UTF8.self).map(reason.hasPrefix) == true)
    }

    @Test func `codes that cannot be sent are replaced`() {
        var machine = Dialogue.server()
        var output: [UInt8] = []
        machine.appendClose(.abnormal, reason: "", to: &output)
        #expect(output == [0x88, 2, 3, 0xF3])
        var other = Dialogue.server()
        output = []
        other.appendClose(.noStatus, reason: "unsaid", to: &output)
        #expect(output == [0x88, 0])
    }

    @Test func `a long ping is cut`() {
        var machine = Dialogue.server()
        var output: [UInt8] = []
        machine.append(ping: [UInt8](repeating: 1, count: 200).span.bytes, to: &output)
        #expect(output.count == 127 && output[1] == 125)
    }
}
