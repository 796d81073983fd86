import Audio
import Speech
import Testing

@Suite struct `The resampler` {
    static let rates = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000]

    @Test(arguments: rates, [1, 160, 4_096])
    func `keeps an impulse in its place`(hertz: Int, chunk: Int) throws {
        let resampler = try #require(Resampler(from: SampleRate(hertz: hertz), to: .speech))
        var input = [Float](repeating: 0, count: chunk == 1 ? 4_001 : hertz)
        let place = input.count * 2 / 3
        input[place] = 1
        let output = resample(input, by: resampler, chunk: chunk)
        let peak = try #require(output.indices.max { abs(output[$0]) < abs(output[$1]) })
        #expect(abs(Double(peak) - Double(place) * 16_000 / Double(hertz)) <= 0.5)
    }

    @Test(arguments: rates)
    func `makes exactly as many samples as the input's length says`(hertz: Int) throws {
        for count in [0, 1, 2, 7, 441, hertz / 3, hertz + 1] {
            let resampler = try #require(Resampler(from: SampleRate(hertz: hertz), to: .speech))
            let output = resample([Float](repeating: 0.25, count: count), by: resampler, chunk: 333)
            #expect(output.count == Int(SampleIndex(count).converted(from: SampleRate(hertz: hertz), to: .speech).samples))
        }
    }

    @Test(arguments: rates)
    func `keeps the level of speech`(hertz: Int) throws {
        let resampler = try #require(Resampler(from: SampleRate(hertz: hertz), to: .speech))
        let output = resample(tone(440, seconds: 0.5, hertz: hertz), by: resampler, chunk: 1_000)
        let middle = Array(output[1_000..<7_000]), expected = Array(tone(440, seconds: 0.5, hertz: 16_000)[1_000..<7_000])
        #expect(zip(middle, expected).allSatisfy { abs($0 - $1) < 0.001 })
    }

    @Test func `hands equal rates through`() throws {
        let resampler = try #require(Resampler(from: .speech, to: .speech))
        #expect(resample([0.1, 0.2, 0.3], by: resampler, chunk: 2) == [0.1, 0.2, 0.3])
    }

    @Test func `rejects rates that are none`() {
        #expect(Resampler(from: SampleRate(hertz: 0), to: .speech) == nil)
        #expect(Resampler(from: .speech, to: SampleRate(hertz: -1)) == nil)
    }

    private func resample(_ input: [Float], by resampler: Resampler, chunk: Int) -> [Float] {
        var output: [Float] = []
        for start in stride(from: 0, to: input.count, by: chunk) {
            let piece = Array(input[start..<min(start + chunk, input.count)])
            resampler.append(piece.span, to: &output)
        }
        resampler.finish(into: &output)
        return output
    }
}
