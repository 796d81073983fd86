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
    }

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

    /// Two seconds of noise for each route's rate.
    private static func noise(_ rate: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: 56)
        return (0..<2 * rate).flatMap { _ in
            let sample = Int16.random(in: -2_000...2_000, using: &generator)
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
    }

    @Test(arguments: routes, Cut.all)
    func `is heard as if it was not, or refused`(route: String, cut: Cut) async throws {
        let whole = try await hear(route, .whole), parts = try await hear(route, cut, refused: Self.refusal(route, cut))
        #expect(whole.samples.count >= 16_000 && Set(whole.samples.prefix(16_000)).count > 1_000)
        guard parts.closeCode == nil else { return #expect(parts.closeCode == Self.refusal(route, cut)) }
        let wrong = zip(whole.samples, parts.samples).prefix(16_000).filter { abs(Int($0) - Int($1)) > 1 }
        #expect(parts.samples.count >= 16_000 && wrong.isEmpty, "\(wrong.count) samples are wrong, the first: \(wrong.prefix(3))")
    }

    /// Routes that take samples of four bytes (`pcm_f32le`).
    private static let floatRoutes = routes.filter { route in
        guard case .live(_, let opening?, _, _)? = PaymentExpectation.all[route]?.request else { return false }
        return opening.contains("pcm_s16le")
    }

    /// The noise as floating-point samples.
    private static func floats(_ noise: [UInt8]) -> [UInt8] {
        stride(from: 0, to: noise.count - 1, by: 2).flatMap { place in
            let sample = Float(Int16(truncatingIfNeeded: Int(noise[place]) | Int(noise[place + 1]) << 8)) / 32_768
            return (0..<4).map { UInt8(truncatingIfNeeded: sample.bitPattern >> (8 * $0)) }
        }
    }

    @Test func `of floating-point samples is tried at Soniox and all of Speechmatics`() {
        #expect(Self.floatRoutes.count == 6 && Self.floatRoutes.contains("WebSocket /transcribe-websocket"), "\(Self.floatRoutes)")
    }

    @Test(arguments: floatRoutes, Cut.all)
    func `of floating-point samples is heard as if it was not`(route: String, cut: Cut) async throws {
        let whole = try await hear(route, .whole), parts = try await hear(route, cut, isFloat: true)
        let wrong = zip(whole.samples, parts.samples).prefix(16_000).filter { abs(Int($0) - Int($1)) > 1 }
        #expect(whole.samples.count >= 16_000 && parts.samples.count >= 16_000)
        #expect(wrong.isEmpty, "\(wrong.count) samples are wrong, the first: \(wrong.prefix(3))")
    }

    private func hear(_ route: String, _ cut: Cut, isFloat: Bool = false, refused code: UInt16? = nil) async throws -> Heard {
        guard case .live(let target, var opening, let rate, let kind)? = PaymentExpectation.all[route]?.request else { return Heard() }
        if isFloat { opening = opening?.replacing("pcm_s16le", with: "pcm_f32le") }
        let bytes = Mutex<[UInt8]>([])
        var heard = Heard()
        try await TestGateway.with(ScriptedEngine(takes: { piece in bytes.withLock { $0 += piece } }), keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(target, opening: opening)
            let audio = isFloat ? Self.floats(Self.noise(rate)) : Self.noise(rate)
            var start = 0, number = 0
            while start < audio.count {
                let piece = Array(audio[start..<min(start + cut.sizes[number % cut.sizes.count], audio.count)])
                switch kind {
                case .binary: socket.send(binary: piece)
                case .realtime: socket.send(text: #"{"type":"input_audio_buffer.append","audio":"\#(Data(piece).base64EncodedString())"}"#)
                }
                start += piece.count
                number += 1
            }
            guard code == nil else {
                for case .closed(let code, _) in await socket.rest() { heard.closeCode = code }
                return
            }
            try await until { bytes.withLock { $0.count } >= 32_000 }
            socket.close()
            try await gateway.sessionsEnd()
        }
        let taken = bytes.withLock { $0 }
        heard.samples = stride(from: 0, to: taken.count - 1, by: 2).map { Int16(truncatingIfNeeded: Int(taken[$0]) | Int(taken[$0 + 1]) << 8) }
        return heard
    }
}
