import Audio
import Speech
import Testing

/// The root of the mean square.
func rootMeanSquare(_ samples: [Float]) -> Float {
    var sum = 0.0
    for sample in samples { sum += Double(sample) * Double(sample) }
    return Float((sum / Double(max(samples.count, 1))).squareRoot())
}

/// All of a file's samples, by channel.
func allSamples(of file: MediaFile, by count: Int = 16_000) throws -> [[Float]] {
    var channels = Array(repeating: [Float](), count: file.channelCount)
    var expected = SampleIndex.zero
    while let block = try file.next(SampleCount(count)) {
        #expect(block.start == expected)
        expected += block.count
        for channel in channels.indices { channels[channel] += block.channels[channel] }
    }
    return channels
}
