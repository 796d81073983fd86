import Foundation
import Gateway
import HarkenTesting
import Speech
import Synchronization
import Testing

/// Live audio whose messages end inside a sample, on every live route. Bridges of telephones and pipes cut where they like.
@Suite(.hangLimit) struct `Live audio that is cut inside a sample` {
    /// Sizes of the messages, which come in turn.
    struct Cut: Sendable, CustomTestStringConvertible {
        var sizes: [Int]

        var testDescription: String { sizes.map(String.init).joined(separator: ", ") }
        static let whole = Cut(sizes: [3_200])
        static let all = [Cut(sizes: [3_201]), Cut(sizes: [1, 6_399]), Cut(sizes: [3_199, 3, 3_198])]
        /// Bytes that come in small pieces, before the rest comes in whole messages.
        static let smallBytes = 242
        /// Small pieces first; the rest in whole messages, which then begin inside a sample where the pieces end in one.
        static func small(_ size: Int) -> Cut { Cut(sizes: [size]) }
        func count(at number: Int, sent: Int) -> Int { isSmall && sent >= Self.smallBytes ? 3_200 : sizes[number % sizes.count] }
        private var isSmall: Bool { sizes.allSatisfy { $0 < 10 } }
    }

    /// Encodings of raw samples. A route that has no name for one does not take it.
    enum Encoding: CaseIterable { case linear16, wide, mulaw }

    /// A live session with audio of one encoding.
    struct Wire: Sendable, CustomTestStringConvertible {
        var route: String
        var encoding: Encoding
        var target: String
        var opening: String?
        var rate: Int
        var kind: PaymentExpectation.Audio

        var testDescription: String { "\(route), \(encoding)" }

        /// - Returns: nil if the route does not take the encoding.
        init?(_ route: String, _ encoding: Encoding = .linear16) {
            guard case .live(let target, let opening, let rate, let kind)? = PaymentExpectation.all[route]?.request else { return nil }
            (self.route, self.encoding, self.target, self.opening, self.rate, self.kind) = (route, encoding, target, opening, rate, kind)
            switch (encoding, kind) {
            case (.linear16, _): return
            case (.wide, .realtime): return nil
            case (.wide, .binary):
                self.target = target.replacingOccurrences(of: "encoding=linear16", with: "encoding=linear32")
                self.opening = opening?.replacingOccurrences(of: "pcm_s16le", with: "pcm_f32le")
            case (.mulaw, .realtime):
                self.opening = #"{"type":"session.update","session":{"type":"transcription","audio":{"input":{"format":{"type":"audio/pcmu"}}}}}"#
                self.rate = 8_000
            case (.mulaw, .binary):
                self.target = target.replacingOccurrences(of: "encoding=linear16", with: "encoding=mulaw")
                    .replacingOccurrences(of: "codec=pcm16&sample_rate=16000", with: "codec=mulaw16")
                    .replacingOccurrences(of: "/v3/ws?", with: "/v3/ws?encoding=pcm_mulaw&")
                if !route.contains("agent") { self.opening = opening?.replacingOccurrences(of: "pcm_s16le", with: "mulaw") }
            }
            if self.target == target && self.opening == opening { return nil }
        }

        var bytesPerSample: Int {
            switch encoding {
            case .linear16: 2
            case .wide: 4
            case .mulaw: 1
            }
        }

        /// Two seconds of noise; four at the rate of telephones.
        var noise: [UInt8] {
            let isInteger = target.contains("linear32"), name = "\(encoding) \(isInteger) \(rate)"
            return Self.noises.withLock { noises in
                if let made = noises[name] { return made }
                let made = makeNoise(isInteger)
                noises[name] = made
                return made
            }
        }

        /// What `noise` has made, which the sessions of all routes share.
        private static let noises = Mutex<[String: [UInt8]]>([:])

        /// - Parameter isInteger: wide samples are integers, not floating-point numbers.
        private func makeNoise(_ isInteger: Bool) -> [UInt8] {
            var generator = SeededGenerator(seed: 56), noise: [UInt8] = []
            for _ in 0..<max(2 * rate, 32_000) {
                let sample = Int16.random(in: -2_000...2_000, using: &generator)
                let bits: UInt32
                switch encoding {
                case .linear16: bits = UInt32(UInt16(bitPattern: sample))
                case .mulaw: bits = UInt32(UInt8(truncatingIfNeeded: sample))
                case .wide where isInteger: bits = UInt32(bitPattern: Int32(sample) << 16)
                case .wide: bits = (Float(sample) / 32_768).bitPattern
                }
                for place in 0..<bytesPerSample { noise.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt32(place)))) }
            }
            return noise
        }
    }

    /// What the engine has taken since the session began.
    private final class Taken: Sendable { let bytes = Mutex<[UInt8]>([]) }

    private struct Heard {
        /// What the engine has heard; at least a second.
        var samples: [Int16] = []
        /// The code with which the gateway has closed; nil: it has not.
        var closeCode: UInt16?
    }

    private static let routes = PaymentExpectation.all.filter { if case .live = $0.value.request { true } else { false } }.keys.sorted()
    /// Routes that refuse such messages in words: Harken's own route any odd one, AssemblyAI's those that are shorter than 50 ms, as AssemblyAI does.
    private static func refusal(_ route: String, _ cut: Cut) -> UInt16? {
        switch route {
        case "WebSocket /ws/transcribe": 4400
        case "WebSocket /v3/ws": cut.sizes.contains { $0 < 1_600 } ? 3007 : nil
        default: nil
        }
    }

    /// What is asked: all in `make verify`; in the gate one cut of each route, in turn, and all of a route that refuses some.
    private static let cells: [(String, Cut)] = {
        var cells: [(String, Cut)] = []
        for (place, route) in routes.enumerated() {
            let isRefused = Cut.all.contains { refusal(route, $0) != nil }
            for (number, cut) in Cut.all.enumerated() where TestMatrices.areWhole || isRefused || place % Cut.all.count == number {
                cells.append((route, cut))
            }
        }
        return cells
    }()

    @Test(arguments: cells)
    func `is heard as if it was not, or refused`(route: String, cut: Cut) async throws {
        let wire = try #require(Wire(route)), code = Self.refusal(route, cut)
        try await with { gateway, taken in
            let whole = try await hear(wire, .whole, gateway, taken), parts = try await hear(wire, cut, gateway, taken, refused: code)
            try #require(whole.samples.count >= 16_000)
            #expect(Set(whole.samples.prefix(16_000)).count > 1_000)
            expect(parts, as: whole, refused: code)
        }
    }

    /// The encodings of each route: all in `make verify`; one in the gate, in turn.
    private static let wires: [Wire] = routes.enumerated().flatMap { place, route -> [Wire] in
        let taken = Encoding.allCases.compactMap { Wire(route, $0) }
        return TestMatrices.areWhole || taken.isEmpty ? taken : [taken[(place + 2) % taken.count]]
    }

    /// What becomes of pieces of a few bytes by a protocol's own rule.
    private enum Rule: Equatable {
        case refused(UInt16)
        /// `/listen` takes messages of one and two bytes for keep-alives.
        case keepAlive
    }

    private static func rule(_ wire: Wire, _ size: Int) -> Rule? {
        if wire.route == "WebSocket /v3/ws" { return .refused(3007) }
        if wire.route == "WebSocket /ws/transcribe", wire.encoding == .linear16, size % 2 == 1 { return .refused(4400) }
        return size <= 2 && wire.target.contains("codec=") ? .keepAlive : nil
    }

    @Test(arguments: wires)
    func `is heard in pieces of 1, 2, 3 and 5 bytes too, but for what the protocol itself says of them`(wire: Wire) async throws {
        try await with { gateway, taken in
            let whole = try await hear(wire, .whole, gateway, taken)
            #expect(whole.samples.count >= 16_000 && Set(whole.samples.prefix(16_000)).count > 100)
            for size in [1, 2, 3, 5] {
                switch Self.rule(wire, size) {
                case nil: expect(try await hear(wire, .small(size), gateway, taken), as: whole)
                case .refused(let code): expect(try await hear(wire, .small(size), gateway, taken, refused: code), as: whole, refused: code)
                case .keepAlive:
                    var rest = whole
                    rest.samples.removeFirst(Cut.smallBytes / wire.bytesPerSample)
                    expect(try await hear(wire, .small(size), gateway, taken), as: rest)
                }
            }
        }
    }

    private func expect(_ parts: Heard, as whole: Heard, refused code: UInt16? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        guard code == nil, parts.closeCode == nil else { return #expect(parts.closeCode == code, sourceLocation: sourceLocation) }
        let wrong = zip(whole.samples, parts.samples).prefix(16_000).filter { abs(Int($0) - Int($1)) > 1 }
        #expect(
            parts.samples.count >= 16_000 && wrong.isEmpty, "\(wrong.count) samples are wrong, the first: \(wrong.prefix(3))",
            sourceLocation: sourceLocation)
    }

    private func with(_ body: (TestGateway, Taken) async throws -> Void) async throws {
        let taken = Taken()
        try await TestGateway.with(ScriptedEngine(takes: { piece in taken.bytes.withLock { $0 += piece } }), keys: TestKeys(valid: [])) { gateway in
            try await body(gateway, taken)
        }
    }

    private func hear(
        _ wire: Wire, _ cut: Cut, _ gateway: TestGateway, _ taken: Taken, refused code: UInt16? = nil
    ) async throws -> Heard {
        taken.bytes.withLock { $0 = [] }
        var heard = Heard()
        let socket = try await gateway.connect(wire.target, opening: wire.opening)
        let audio = wire.noise
        var start = 0, number = 0
        while start < audio.count {
            let piece = Array(audio[start..<min(start + cut.count(at: number, sent: start), audio.count)])
            switch wire.kind {
            case .binary: socket.send(binary: piece)
            case .realtime: socket.send(text: #"{"type":"input_audio_buffer.append","audio":"\#(Data(piece).base64EncodedString())"}"#)
            }
            start += piece.count
            number += 1
        }
        guard code == nil else {
            for case .closed(let code, _) in await socket.rest() { heard.closeCode = code }
            try await gateway.sessionsEnd()
            return heard
        }
        try await until { taken.bytes.withLock { $0.count } >= 40_000 }
        socket.close()
        try await gateway.sessionsEnd()
        let all = taken.bytes.withLock { $0 }
        heard.samples = stride(from: 0, to: all.count - 1, by: 2).map { Int16(truncatingIfNeeded: Int(all[$0]) | Int(all[$0 + 1]) << 8) }
        return heard
    }
}
