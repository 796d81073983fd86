import Audio
import Speech
import Testing

@Suite struct `Sample conversions` {
    /// From the decoder tables of ITU-T G.711.
    @Test(arguments: [(0x00, -32_124), (0x80, 32_124), (0x7F, 0), (0xFF, 0), (0x0F, -16_764), (0x8F, 16_764), (0xEF, 132), (0x7E, -8), (0xFE, 8)])
    func `mu-law bytes have the values of the standard`(code: Int, value: Int) {
        var output: [UInt8] = []
        PCM.appendLinear16(mulaw: [UInt8(code)].span.bytes, to: &output)
        #expect(numbers(output) == [Int16(value)])
    }

    @Test(arguments: [(0xD5, 8), (0x55, -8), (0xAA, 32_256), (0x2A, -32_256), (0x80, 5_504), (0x00, -5_504), (0x45, -264), (0xC5, 264)])
    func `A-law bytes have the values of the standard`(code: Int, value: Int) {
        var output: [UInt8] = []
        PCM.appendLinear16(alaw: [UInt8(code)].span.bytes, to: &output)
        #expect(numbers(output) == [Int16(value)])
    }

    @Test func `both codes are symmetric and rise with their magnitude`() {
        var mulaw: [UInt8] = [], alaw: [UInt8] = []
        let codes = (0...255).map { UInt8($0) }
        PCM.appendLinear16(mulaw: codes.span.bytes, to: &mulaw)
        PCM.appendLinear16(alaw: codes.span.bytes, to: &alaw)
        for table in [numbers(mulaw), numbers(alaw)] {
            for code in 0..<128 { #expect(table[code] == -table[code + 128]) }
            #expect(Set(table.map(abs)).count == 128)
        }
        #expect(numbers(mulaw)[128...] == numbers(mulaw)[128...].sorted(by: >)[...])
    }

    @Test func `16-bit samples survive the way to Float and back`() {
        let values: [Int16] = [.min, -32_767, -12_345, -1, 0, 1, 12_345, .max]
        var floats: [Float] = [], output: [UInt8] = []
        PCM.appendFloats(linear16: bytes(values).span.bytes, to: &floats)
        #expect(floats.first == -1)
        PCM.appendLinear16(floats.span, to: &output)
        #expect(numbers(output) == values)
    }

    @Test(arguments: [(Float(2), Int16.max), (-2, .min), (.infinity, .max), (-.infinity, .min), (.nan, 0), (1, .max), (0.50001, 16_384)])
    func `Float samples are clipped and rounded`(sample: Float, value: Int16) {
        #expect(PCM.linear16(sample) == value)
    }

    @Test func `32-bit samples keep their upper half`() {
        let input: [UInt8] = [0xFF, 0xFF, 0x34, 0x12, 0, 0, 0, 0x80, 9, 9, 9]
        var output: [UInt8] = []
        PCM.appendLinear16(linear32: input.span.bytes, to: &output)
        #expect(numbers(output) == [0x1234, .min])
    }

    @Test(arguments: [
        (AudioEncoding.signed8, [UInt8(0x40), 0x80], [Int16(0x4000), .min]), (.unsigned8, [0xFF, 0x80, 0], [0x7F00, 0, .min]),
        (.signed16BigEndian, [0x12, 0x34, 0xFF], [0x1234]), (.unsigned16, [0x34, 0x92], [0x1234]), (.unsigned16BigEndian, [0x92, 0x34], [0x1234]),
        (.signed24, [9, 0x34, 0x12], [0x1234]), (.signed24BigEndian, [0x12, 0x34, 9, 1], [0x1234]), (.unsigned24, [9, 0x34, 0x92], [0x1234]),
        (.unsigned24BigEndian, [0x92, 0x34, 9], [0x1234]), (.signed32BigEndian, [0x12, 0x34, 9, 9], [0x1234]),
        (.unsigned32, [9, 9, 0x34, 0x92], [0x1234]), (.unsigned32BigEndian, [0x92, 0x34, 9, 9], [0x1234]),
        (.float32, [0, 0, 0, 0x3F, 0, 0, 0xC0, 0x7F], [16_384, 0]), (.float32BigEndian, [0x3F, 0, 0, 0], [16_384]),
        (.float64, [0, 0, 0, 0, 0, 0, 0xE0, 0xBF], [-16_384]), (.float64BigEndian, [0xC0, 0, 0, 0, 0, 0, 0, 0], [.min]),
    ])
    func `plain samples of every layout become 16-bit ones`(encoding: AudioEncoding, input: [UInt8], values: [Int16]) throws {
        var output: [UInt8] = []
        PCM.appendLinear16(input.span.bytes, try #require(encoding.layout), to: &output)
        #expect(numbers(output) == values)
    }

    @Test func `channels are interleaved`() {
        var output: [UInt8] = []
        PCM.appendLinear16(interleaving: [[0.5, -0.5], [0.25, 0]], to: &output)
        #expect(numbers(output) == [16_384, 8_192, -16_384, 0])
    }
}
