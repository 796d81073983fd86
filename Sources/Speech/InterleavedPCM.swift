extension [UInt8] {
    /// Appends the channels `channels` of 16-bit PCM with `count` interleaved channels. An incomplete frame at the end is dropped.
    package mutating func append(_ channels: Range<Int>, ofInterleaved pcm: RawSpan, channels count: Int) {
        pcm.withUnsafeBytes { bytes in
            let frame = 2 * count
            guard channels.count < count else { return append(contentsOf: bytes.prefix(bytes.count / frame * frame)) }
            for start in Swift.stride(from: 0, to: bytes.count - frame + 1, by: frame) {
                append(contentsOf: bytes[start + 2 * channels.lowerBound..<start + 2 * channels.upperBound])
            }
        }
    }
}
