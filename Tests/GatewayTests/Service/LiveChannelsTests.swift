import Conversations
import Foundation
import Gateway
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A session over /listen of several channels` {
    private let path = "/v4/listen?sample_rate=16000&codec=pcm16&channels=2&source=phone_call"

    /// 100 ms of a channel.
    private func tenth(_ channel: UInt8, _ value: Int16) -> [UInt8] {
        [channel] + (0..<1_600).flatMap { _ in [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
    }

    private func completed(_ gateway: TestGateway) async throws -> Conversation {
        let store = try gateway.store()
        return try await untilSome {
            guard let id = try await store.lastCompleted(of: .local) else { return nil }
            return try await store.conversation(id, of: .local)
        }
    }

    @Test func `tells speakers apart by their channels, and is processed when its client leaves`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path + "&call_id=call-7")
            for _ in 0..<20 {
                socket.send(binary: tenth(1, 8_000))
                socket.send(binary: tenth(2, -3_000))
                socket.send(binary: tenth(3, 500))
            }
            #expect(await socket.next { $0.contains("unknown_channel") } != nil)
            socket.send(text: #"{"type":"finish"}"#)
            let rest = await socket.rest()
            #expect(rest.last == .closed(1000, ""))
            let conversation = try await completed(gateway)
            let said = Dictionary(grouping: conversation.segments) { $0.speaker?.label }.mapValues { $0.flatMap(\.words).map(\.text) }
            #expect(said == ["SPEAKER_00": ["w1", "w2"], "SPEAKER_01": ["w1", "w2"]])
            #expect(conversation.segments.allSatisfy { $0.identity.isUser == ($0.speaker == SpeakerNumber(0)) })
            #expect(conversation.status == .completed && conversation.call == "call-7")
        }
    }

    @Test func `goes on while one of them says nothing, and keeps the sum of all`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<30 { socket.send(binary: tenth(1, 8_000)) }
            #expect(await socket.next { $0.contains("w3") && $0.contains("SPEAKER_00") } != nil)
            // Nothing was waited for but for a moment, and the tail comes with the end.
            socket.send(binary: tenth(2, 20_000))
            socket.close()
            let conversation = try await completed(gateway)
            let store = try gateway.store()
            let audio = try await untilSome { try await store.audio(of: conversation.id, of: .local).first }
            #expect(abs((audio.duration - .seconds(3)) / .milliseconds(1)) <= 110)
        }
    }

    @Test func `gives each channel a decoder of its own`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect("/v4/listen?sample_rate=8000&codec=mulaw&channels=2&source=phone_call")
            for _ in 0..<20 {
                for channel: UInt8 in 1...2 { socket.send(binary: [channel] + [UInt8](repeating: channel == 1 ? 0x10 : 0xFF, count: 800)) }
            }
            #expect(await socket.next { $0.contains("SPEAKER_01") && $0.contains("w1") } != nil)
            socket.close()
        }
    }
}
