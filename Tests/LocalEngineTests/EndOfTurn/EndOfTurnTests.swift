import HarkenTesting
import LocalEngine
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `End of turn` {
    private static let loaded = Result {
        try EndOfTurn(InferenceRuntime(path: TestModels.folder.path(of: .runtime)), path: TestModels.folder.path(of: .endOfTurn))
    }

    /// Some of the features of beckett.wav, computed with numpy after the description of Whisper's extractor.
    private static let expected: [(count: Int, band: Int, frame: Int, value: Float)] = [
        (48_000, 0, 0, -0.14339), (48_000, 0, 799, 1.03035), (48_000, 10, 550, 1.65586), (48_000, 40, 620, 0.35586), (48_000, 79, 700, 0.57799),
        (48_000, 20, 760, 0.88497), (159_414, 0, 0, 1.42291), (159_414, 0, 799, 1.23719), (159_414, 10, 550, 0.54662),
        (159_414, 79, 700, -0.13925), (159_414, 20, 760, 0.22056),
    ]

    @Test(arguments: [48_000, 159_414]) func `features are those of Whisper's extractor`(count: Int) throws {
        let samples = Array(try TestModels.samples("beckett.wav").prefix(count))
        let features = MelSpectrogram().features(of: samples.span)
        #expect(features.count == 80 * 800)
        for point in Self.expected where point.count == count {
            #expect(abs(features[point.band * 800 + point.frame] - point.value) < 0.001, "band \(point.band), frame \(point.frame)")
        }
    }

    @Test(
        arguments: [
            ("beckett.wav", 48_000, Float(0.9647)), ("beckett.wav", 159_414, 0.9446),
            ("librivox/sense_and_sensibility_01_austen_64kb-0870.wav", 50_000, 0.0232),
            ("librivox/sense_and_sensibility_01_austen_64kb-0870.wav", 113_600, 0.9854),
        ])
    func `a finished sentence is complete and one that was cut is not`(recording: String, count: Int, expected: Float) throws {
        let model = try Self.loaded.get()
        let samples = Array(try TestModels.samples(recording).prefix(count))
        #expect(abs(try model.probability(samples.span) - expected) < 0.05)
    }
}
