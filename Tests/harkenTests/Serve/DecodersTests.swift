import Audio
import Gateway
import HarkenTesting
@testable import Observability
@testable import Settings
import Speech
import Testing
@testable import harken

@Suite struct `The gateway's decoders` {
    private let folder = TemporaryFolder()

    /// The length of a recording of plain samples at 1 kHz, as the gateway decodes it.
    private func length(hours: Int, beyond: Int, setting: String) async throws -> Int64 {
        var settings = Settings()
        settings.merge(["HARKEN_RECORDING_HOURS": setting])
        let configuration = try GatewayConfiguration(settings, home: "/nowhere", cores: 1)
        let media = try Decoders.make(configuration, Metrics(), Log(level: .error))
        let samples = [UInt8](repeating: 0x80, count: hours * 3_600 * 1_000 + beyond)
        let recording = Recording(
            path: try folder.write(samples, as: "long"), format: .raw(.unsigned8, SampleRate(hertz: 1_000), channels: 1))
        let file = try await media.turn(for: recording).open(rate: SampleRate(hertz: 1_000), channels: .mixed)
        var length = SampleCount.zero
        while let block = try file.next(SampleCount(100_000)) { length += block.count }
        return length.samples
    }

    @Test func `decode as many hours as the operator says, and no more`() async throws {
        #expect(try await length(hours: 1, beyond: 0, setting: "1") == 3_600_000)
        await #expect(throws: MediaError.tooLong(.seconds(3_600))) { _ = try await length(hours: 1, beyond: 1, setting: "1") }
        #expect(try await length(hours: 1, beyond: 1, setting: "0") == 3_600_001)
    }
}
