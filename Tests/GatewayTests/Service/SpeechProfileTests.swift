import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Live
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A speech profile` {
    /// A WAV file of stretches that each hold one value.
    private func wav(_ stretches: [(seconds: Double, value: Int16)], hertz: Int = 16_000, channels: Int = 1) -> [UInt8] {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        var data: [UInt8] = []
        for stretch in stretches {
            for _ in 0..<Int(stretch.seconds * Double(hertz)) * channels { data += bytes(stretch.value) }
        }
        return Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16)) + bytes(UInt16(1))
            + bytes(UInt16(channels)) + bytes(UInt32(hertz)) + bytes(UInt32(hertz * 2 * channels)) + bytes(UInt16(2 * channels)) + bytes(UInt16(16))
            + Array("data".utf8) + bytes(UInt32(data.count)) + data
    }

    @discardableResult private func upload(
        _ file: [UInt8], to gateway: TestGateway, at path: String = "/v3/upload-audio", key: String? = nil, status: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> HTTPHeaders {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
        var headers: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=b"]
        if let key { headers.set("Authorization", "Bearer " + key) }
        let answer = try await gateway.send(
            .post, path, headers: headers,
            body: Array(head.utf8) + file + Array("\r\n--b--\r\n".utf8))
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
        return answer.headers
    }

    @Test(arguments: ["/v3/upload-audio", "/v3/speech-profile/expand"])
    func `of a file that is cut off says so`(path: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let whole = wav([(12, 8_000)])
            #expect(try await upload(whole, to: gateway, at: path, status: 200)["X-Harken-Notice"] == nil)
            let notice = try await upload(Array(whole.dropLast(4 * 32_000)), to: gateway, at: path, status: 200)["X-Harken-Notice"]
            #expect(notice == "The file is cut off: it has 00:08 of 00:12.")
        }
    }

    private func expect(
        _ path: String, _ member: String, _ value: JSONValue, _ gateway: TestGateway, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await get(path, gateway)[member]
        #expect(found == value, sourceLocation: sourceLocation)
    }

    private func get(_ path: String, _ gateway: TestGateway) async throws -> JSONValue {
        let answer = try await gateway.send(.get, path)
        #expect(answer.status == 200)
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    @Test func `is made of a recording, told of, and replaced by the next`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            try await expect("/v3/speech-profile", "has_profile", .bool(false), gateway)
            try await expect("/v4/speech-profile", "url", .null, gateway)
            try await expect("/v3/speech-profile/stt-availability", "available", .bool(true), gateway)
            try await upload(wav([(5, 8_000)]), to: gateway, status: 200)
            try await expect("/v3/speech-profile", "has_profile", .bool(true), gateway)
            try await upload(wav([(1, 0), (6, -8_000), (3, 0)]), to: gateway, status: 200)
            let status = try await get("/v3/speech-profile/status", gateway)
            #expect(status["sample_count"] == .int(1))
            let store = try gateway.store()
            let voices = try await store.voices(of: .local)
            #expect(voices.map(\.owner) == [.user])
            #expect(voices.first?.voiceprint.direction == [0, 1])
            let audio = try await gateway.send(.get, "/v3/speech-profile/audio")
            #expect(audio.status == 200)
            // The earlier recording is deleted a moment later.
            try await until { try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/audio").count == 1 }
        }
    }

    @Test func `takes 180 s, and keeps the old one when a new one cannot be used`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            try await upload(wav([(180, 8_000)]), to: gateway, status: 200)
            let files = [
                wav([(4.9, -8_000)]), wav([(181, -8_000)]), wav([(8, -8_000)], hertz: 8_000), wav([(8, -8_000)], channels: 2), wav([(8, 0)]),
                wav([(6, 8_000), (6, -8_000)]), Array("RIFF of a kind".utf8), [],
            ]
            for file in files { try await upload(file, to: gateway, status: 400) }
            let voices = try await gateway.store().voices(of: .local)
            #expect(voices.first?.voiceprint.direction == [1, 0])
        }
    }

    private func voices(_ gateway: TestGateway, of user: String) async throws -> [Voice] { try await gateway.store().voices(of: ID(user)) }

    @Test func `is forgotten when its user says so, and nobody else's is`() async throws {
        let keys = TestKeys(valid: ["right", "other"], users: ["right": "alice", "other": "bob"])
        try await TestGateway.with(keys: keys, ears: TestEars()) { gateway in
            for key in ["right", "other"] { try await upload(wav([(6, 8_000)]), to: gateway, key: key, status: 200) }
            try await upload(wav([(6, 8_000)]), to: gateway, at: "/v3/speech-profile/expand", key: "right", status: 200)
            func forget(_ key: String) async throws {
                let answer = try await gateway.send(.delete, "/v3/speech-profile", headers: ["Authorization": "Bearer " + key])
                #expect(answer.status == 204, "\(answer.text)")
            }
            let store = try gateway.store()
            try await forget("right")
            #expect(try await voices(gateway, of: "alice").isEmpty)
            #expect(try await store.samples(of: .user, of: ID("alice")).isEmpty)
            #expect(try await store.settings(of: ID("alice")).isEmpty)
            #expect(try await voices(gateway, of: "bob").count == 1)
            #expect(try await store.samples(of: .user, of: ID("bob")).count == 1)
            try await until { try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/audio").count == 1 }
            // And once more.
            try await forget("right")
        }
    }

    /// Sends seconds of a voice to a session.
    private func speak(_ seconds: Int, to socket: TestSocket) {
        let second = (0..<16_000).flatMap { _ in [UInt8(64), UInt8(31)] }
        for _ in 0..<seconds { socket.send(binary: second) }
    }

    @Test(arguments: ["/v3/upload-audio", "/v3/speech-profile/expand"])
    func `adopts the user's voice that was heard before it`(path: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(), change: { $0.speakerPatience = .seconds(120) }) { gateway in
            let store = try gateway.store(), live = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled"
            let earlier = try await gateway.connect(live + "&source=desktop")
            speak(8, to: earlier)
            #expect(await earlier.next { $0.contains("w8") } != nil)
            // The voice is stored before the segments have it.
            try await until {
                let segments = try await store.inProgress(of: .local, source: "desktop", device: nil)?.segments ?? []
                return !segments.isEmpty && segments.allSatisfy { $0.identity.voice != nil }
            }
            #expect(try await !store.voices(of: .local).isEmpty)
            earlier.send(text: #"{"type":"finish"}"#)
            #expect(await earlier.next { $0.contains("memory_created") } != nil)
            let id = try #require(try await store.lastCompleted(of: .local))
            let segment = try #require(try await store.conversation(id, of: .local)?.segments.last?.id)
            let open = try await gateway.connect(live)
            speak(8, to: open)
            #expect(await open.next { $0.contains("w8") } != nil)
            try await upload(wav([(6, 8_000)]), to: gateway, at: path, status: 200)
            // The open session is told, and the earlier conversation is relabelled.
            #expect(await open.next { $0.contains(#""is_user":true"#) } != nil)
            open.close()
            try await until { try await store.conversation(id, of: .local)?.segments.allSatisfy { $0.identity.isUser } == true }
            #expect(try await gateway.send(.get, "/api/v1/search?q=w3&by=words&person=user").text.contains(id.rawValue))
            #expect(try await gateway.send(.get, "/api/v1/conversations/\(id)/export?format=text").text.contains("You:"))
            let listed = try await gateway.send(.get, "/api/v1/voices").text
            #expect(listed.contains(#""distance":0.0"#) && listed.contains(#""adoption":null"#), "\(listed)")
            // A person says otherwise: that counts for good.
            let voices = try await store.voices(of: .local), voice = try #require(voices.first?.id)
            #expect(voices.map { $0.adoption != nil } == [true, false])
            #expect(try await gateway.send(.delete, "/api/v1/voices/\(voice)/adoption").status == 204)
            #expect(try await gateway.send(.delete, "/api/v1/voices/\(voice)/adoption").status == 404)
            try await upload(wav([(7, 8_000)]), to: gateway, at: path, status: 200)
            await gateway.conversations.reconcileVoices(of: .local).value
            #expect(try await store.conversation(id, of: .local)?.segments.last { $0.id == segment }?.identity.voice == voice)
        }
    }

    @Test func `is not heard any more in a session that is live when it is forgotten`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(), change: { $0.speakerPatience = .seconds(120) }) { gateway in
            try await upload(wav([(6, 8_000)]), to: gateway, status: 200)
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled")
            let second = (0..<16_000).flatMap { _ in [UInt8(64), UInt8(31)] }
            for _ in 0..<8 { socket.send(binary: second) }
            #expect(await socket.next { $0.contains(#""is_user":true"#) } != nil)
            #expect(try await gateway.send(.delete, "/v3/speech-profile").status == 204)
            #expect(await socket.next { $0.contains(#""is_user":false"#) } != nil)
            socket.close()
        }
    }

    @Test func `is made fuller by other recordings, and is what is left when they are deleted`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let path = "/v3/speech-profile/expand"
            try await upload(wav([(6, 8_000)]), to: gateway, status: 200)
            try await upload(wav([(4, -8_000)]), to: gateway, at: path, status: 400)
            try await upload(wav([(6, -8_000)]), to: gateway, at: path, status: 200)
            try await expect("/v3/speech-profile/status", "sample_count", .int(2), gateway)
            let joined = try #require(try await voices(gateway, of: ID<User>.local.rawValue).first).voiceprint.direction
            #expect(joined.allSatisfy { abs($0 - 0.707) < 0.01 }, "\(joined)")
            let id = try #require(try await gateway.store().samples(of: .user, of: .local).last?.id)
            #expect(try await get(path, gateway) == .array([.string("\(path)/\(id)_segment_0.ogg")]))
            #expect(try await gateway.send(.delete, path + "?id=\(id)").status == 200)
            #expect(try await voices(gateway, of: ID<User>.local.rawValue).map(\.voiceprint.direction) == [[1, 0]])
            try await expect("/v3/speech-profile", "has_profile", .bool(true), gateway)
        }
    }

    @Test func `loses the one recording that Omi's app names`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let path = "/v3/speech-profile/expand", store = try gateway.store()
            try await upload(wav([(6, 8_000)]), to: gateway, status: 200)
            for value: Int16 in [8_000, -8_000] { try await upload(wav([(6, value)]), to: gateway, at: path, status: 200) }
            guard case .array(let addresses) = try await get(path, gateway), case .string(let address)? = addresses.first else {
                Issue.record("no addresses")
                return
            }
            try #require(addresses.count == 2)
            let audio = try await gateway.send(.get, address)
            #expect(audio.status == 200 && audio.headers["Content-Type"] == "audio/ogg" && audio.text.hasPrefix("OggS"))
            // The app's own steps.
            let name = try #require(address.split(separator: "/").last?.split(separator: ".").first)
            let parts = String(name).components(separatedBy: "_segment_")
            try #require(parts.count == 2)
            let target = path + "?memory_id=\(parts[0])&segment_idx=\(parts[1])&person_id=null"
            let answer = try await gateway.send(.delete, target)
            #expect(answer.status == 200 && answer.text == #"{"status":"ok"}"# && answer.headers["X-Harken-Erasure"] != nil)
            #expect(try await get(path, gateway) == .array([addresses[1]]))
            #expect(try await store.samples(of: .user, of: .local).count == 2)
            #expect(try await gateway.send(.get, address).status == 404)
            #expect(try await gateway.send(.delete, target).status == 404)
        }
    }

    @Test(arguments: [
        ("", 400), ("?memory_id=&segment_idx=0", 400), ("?memory_idx=ID&segment_idx=0", 400), ("?memory_id=ID&segment_idx=first", 400),
        ("?memory_id=ID&segment_idx=1", 404), ("?memory_id=none&segment_idx=0", 404), ("?segment_idx=0", 400), ("?id=none", 404), ("?id=", 400),
        ("?memory_id=ID&segment_idx=0&person_id=person-1", 404), ("?memory_id=ID&id=ID", 400), ("?id=ID&all=true", 400), ("?all=false", 400),
        ("?all=1", 400), ("?all=true&person=person-1", 400), ("?person_id=null", 400), ("?memory_id=ID&memory_id=none", 400),
    ])
    func `keeps every recording when a deletion names none of them`(query: String, status: Int) async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            let store = try gateway.store(), before = try await store.samples(of: .user, of: .local)
            let answer = try await gateway.send(.delete, "/v3/speech-profile/expand" + query.replacing("ID", with: "addition"))
            #expect(answer.status == status, "\(answer.text)")
            if status == 400 { #expect(answer.text.contains("memory_id") && answer.text.contains("all=true"), "\(answer.text)") }
            #expect(try await store.samples(of: .user, of: .local) == before && before.count == 2)
        }
    }

    @Test func `loses all recordings but its own when a deletion says all`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            #expect(try await gateway.send(.delete, "/v3/speech-profile/expand?all=true").status == 200)
            #expect(try await gateway.store().samples(of: .user, of: .local).map(\.id) == [ID("sample-1")])
        }
    }

    @Test(arguments: ["memory_id=ID&segment_idx=0", "all=true"])
    func `loses only what recordings taught when the last one is deleted`(query: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let path = "/v3/speech-profile/expand", store = try gateway.store()
            // There is no profile: this is the only recording.
            try await upload(wav([(6, 8_000)]), to: gateway, at: path, status: 200)
            let recording = try #require(try await store.samples(of: .user, of: .local).first)
            func hear(_ id: String, _ owner: Voice.Owner, _ direction: [Float], _ seconds: Int) async throws {
                let voiceprint = try #require(Voiceprint(direction, model: "sign"))
                let voice = NewVoice(
                    id: ID(id), owner: owner, voiceprint: voiceprint, evidence: .seconds(seconds), created: UnixTime(milliseconds: 0))
                _ = try await store.add(voice, of: .local)
            }
            // The user said so of two voices of live sessions. The third became the user's because it sounds like the recording.
            try await hear("other", .user, [0, 1], 6)
            try await hear("longer", .user, [1, 0], 30)
            try await hear("adopted", .nobody, [1, 0], 30)
            await gateway.conversations.reconcileVoices(of: .local).value
            #expect(try await store.voices(of: .local).last?.adoption != nil)
            let target = path + "?" + query.replacing("ID", with: recording.id.rawValue)
            #expect(try await gateway.send(.delete, target).status == 200)
            await gateway.conversations.reconcileVoices(of: .local).value
            let left = try await store.voices(of: .local)
            #expect(left.map(\.id.rawValue) == ["other", "longer", "adopted"] && left.allSatisfy { $0.owner == .user })
            #expect(left.map(\.evidence) == [.seconds(6), .seconds(30), .seconds(30)])
            #expect(try await store.samples(of: .user, of: .local).isEmpty)
        }
    }

    @Test func `is not named by a setting when its recording is deleted`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let profiles = SpeechProfiles(service: gateway.conversations), store = try gateway.store()
            try await upload(wav([(6, 8_000)]), to: gateway, status: 200)
            try await upload(wav([(7, -8_000)]), to: gateway, at: "/v3/speech-profile/expand", status: 200)
            let samples = try await profiles.samples(of: .local), profile = try #require(samples.profile)
            try await profiles.remove(samples.others, of: .local)
            #expect(try await store.settings(of: .local) == [SpeechProfiles.setting: profile.id.rawValue])
            try await profiles.remove([profile], of: .local)
            #expect(try await store.settings(of: .local).isEmpty)
            #expect(try await store.voices(of: .local).isEmpty)
        }
    }

    @Test func `counts, lists and deletes the same recordings, also without audio`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            let store = try gateway.store(), path = "/v3/speech-profile/expand"
            let sample = SpeechSample(id: ID("imported"), owner: .user, duration: .seconds(6), created: UnixTime(milliseconds: 0))
            #expect(try await store.add(sample, of: .local))
            try await expect("/v3/speech-profile/status", "sample_count", .int(3), gateway)
            let addresses = ["addition", "imported"].map { JSONValue.string("\(path)/\($0)_segment_0.ogg") }
            #expect(try await get(path, gateway) == .array(addresses))
            let audio = try await gateway.send(.get, path + "/imported_segment_0.ogg")
            #expect(audio.status == 404 && audio.text.contains("audio is not kept"))
            #expect(try await gateway.send(.delete, path + "?all=true").status == 200)
            #expect(try await get(path, gateway) == .array([]))
            try await expect("/v3/speech-profile/status", "sample_count", .int(1), gateway)
        }
    }

    @Test func `has the recordings of a person apart from the user's`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await gateway.keepMemories(of: .local)
            let store = try gateway.store(), owner = Voice.Owner.person(ID("person-1")), path = "/v3/speech-profile/expand"
            try Data("OggS-Anna".utf8).write(to: URL(filePath: gateway.directory + "/audio/anna.opus"))
            // The second was learned from a conversation, and has no audio of its own.
            for (id, file) in [("anna", "anna.opus"), ("learned", nil)] as [(String, String?)] {
                let sample = SpeechSample(id: ID(id), owner: owner, file: file, duration: .seconds(6), created: UnixTime(milliseconds: 0))
                #expect(try await store.add(sample, of: .local))
            }
            let address = path + "/anna_segment_0.ogg?person_id=person-1"
            #expect(try await get(path + "?person_id=person-1", gateway) == .array([.string(address)]))
            #expect(try await gateway.send(.get, address).text == "OggS-Anna")
            #expect(try await gateway.send(.get, path + "/anna_segment_0.ogg").status == 404)
            #expect(try await gateway.send(.delete, path + "?memory_id=anna&segment_idx=0&person_id=person-1").status == 200)
            #expect(try await store.samples(of: owner, of: .local).map(\.id) == [ID("learned")])
            #expect(try await store.samples(of: .user, of: .local).count == 2)
        }
    }

    @Test func `stays as it was while no voice can be listened to`() async throws {
        let deaf = AtomicFlag()
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(isDeaf: { deaf.isSet })) { gateway in
            try await upload(wav([(8, 8_000)]), to: gateway, status: 200)
            deaf.set()
            try await upload(wav([(8, -8_000)]), to: gateway, status: 503)
            let samples = try await gateway.store().samples(of: .user, of: .local)
            #expect(samples.count == 1 && samples.first?.voiceprint?.direction == [1, 0])
        }
    }

    @Test func `cannot be made where nothing listens to voices`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await expect("/v3/speech-profile/stt-availability", "available", .bool(false), gateway)
            try await upload(wav([(8, 8_000)]), to: gateway, status: 503)
        }
    }

    @Test(arguments: [true, false]) func `is heard first by an engine that tells speakers apart, where the operator wants that`(
        isWanted: Bool
    ) async throws {
        let deaf = AtomicFlag()
        // A sentence each second, also of silence: ten of them are of what it hears before.
        let engine = ScriptedEngine(tellsSpeakers: true, word: { "w\($0)." }, speaker: { _ in SpeakerLabel(3) })
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), settings: ["HARKEN_PROFILE_FIRST": "\(isWanted)"], ears: TestEars(isDeaf: { deaf.isSet })
        ) { gateway in
            try await upload(wav([(5, 8_000)]), to: gateway, status: 200)
            // Nobody compares voices.
            deaf.set()
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled")
            let loud = (0..<1_600).flatMap { _ in [UInt8(0x40), UInt8(0x1f)] }
            for _ in 0..<30 { socket.send(binary: loud) }
            #expect(await socket.next { $0.contains("w3") } != nil)
            for _ in 0..<10 { socket.send(binary: [UInt8](repeating: 0, count: loud.count)) }
            // In the pause the other stream takes over.
            try await until { engine.openStreams == 1 }
            for _ in 0..<40 { socket.send(binary: loud) }
            let word = isWanted ? "w11" : "w4"
            let segments = try #require(await socket.next { $0.contains(word) })
            let told = try JSONSerialization.jsonObject(with: Data(segments.utf8)) as? [[String: Any]]
            let segment = try #require(told?.last)
            #expect(segment["is_user"] as? Bool == isWanted)
            // Not a moment of what the engine heard first is in it.
            #expect(try #require(segment["end"] as? Double) <= 8)
            socket.close()
            try await until { engine.openStreams == 0 }
        }
    }

    private final class AtomicFlag: Sendable {
        private let state = Mutex(false)
        var isSet: Bool { state.withLock { $0 } }
        func set() { state.withLock { $0 = true } }
    }
}
