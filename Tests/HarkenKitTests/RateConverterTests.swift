import Speech
import Testing

@testable import HarkenKit

@Suite struct `A rate converter` {
    private let double = SampleRate(hertz: 32_000)

    @Test func `gives the rest of one rate before samples of another`() {
        var converter = RateConverter(to: .speech)
        let first = converter.convert([Int16](repeating: 8_000, count: 3_200), from: double) ?? []
        let second = converter.convert([1, 2, 3], from: .speech) ?? []
        let rest = converter.finish()
        #expect(first.count + second.count == 1_600 + 3)
        #expect(second.suffix(3) == [1, 2, 3] && rest == [])
    }

    @Test(arguments: [0, 10, 999, 768_001]) func `changes nothing at a rate that it cannot convert`(hertz: Int) {
        var converter = RateConverter(to: .speech)
        let before = converter.convert([Int16](repeating: 8_000, count: 3_200), from: double) ?? []
        let refused = converter.convert([1, 2, 3], from: SampleRate(hertz: hertz))
        let rest = converter.finish()
        #expect(refused == nil && before.count + rest.count == 1_600)
    }
}
