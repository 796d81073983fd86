import HarkenKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A program that records` {
    private static func engines(_ server: SilentServer) -> [any RecordingEngine] {
        [ManagedRecording(server: server.url, token: "t"), BYOKRecording(key: "k", baseURL: server.url)]
    }

    @Test(arguments: [0, 1])
    func `gives up on a server that never gets ready, and may try again`(kind: Int) async throws {
        let server = SilentServer()
        let engine = Self.engines(server)[kind]
        try await engine.initialize()
        let clock = ContinuousClock()
        let start = clock.now
        await #expect(throws: RecordingError.notReady) { try await engine.start() }
        #expect(clock.now - start < .seconds(120))
        #expect(!engine.isRecording && engine.isReady)
        await engine.shutdown()
        #expect(!engine.isReady)
    }

    @Test(arguments: [0, 1])
    func `stops at once while it starts`(kind: Int) async throws {
        let server = SilentServer()
        let engine = Self.engines(server)[kind]
        try await engine.initialize()
        let starting = Task { () -> RecordingError? in
            do throws(RecordingError) {
                try await engine.start()
                return nil
            } catch {
                return error
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        let clock = ContinuousClock()
        let start = clock.now
        await engine.stop()
        #expect(await starting.value == .stopped)
        // Not when it would have given up, after 15 s.
        #expect(clock.now - start < .seconds(13))
        #expect(!engine.isRecording)
    }

    @Test func `is used alike, whichever engine it is`() async throws {
        let engines: [any RecordingEngine] = [
            LocalRecording(models: "/nowhere"), ManagedRecording(server: "", token: "t"), BYOKRecording(vendor: "nobody", key: "k"),
        ]
        for engine in engines {
            #expect(!engine.isReady && !engine.isRecording)
            await #expect(throws: RecordingError.self) { try await engine.initialize() }
            await #expect(throws: RecordingError.notInitialized) { try await engine.start() }
            await engine.stop()
            await engine.shutdown()
        }
    }
}
