internal import CAVFormat

/// Conversion of libav's decoded frames to Float.
enum FrameSamples {
    /// Replaces `channels` by the samples of `frame`, in −1…1, one array for each channel.
    static func read(_ frame: UnsafeMutablePointer<AVFrame>, into channels: inout [[Float]]) throws(MediaError) {
        let count = Int(frame.pointee.nb_samples), channelCount = Int(frame.pointee.ch_layout.nb_channels)
        if channels.count != channelCount { channels = Array(repeating: [], count: channelCount) }
        let format = AVSampleFormat(rawValue: frame.pointee.format)
        let isPlanar = av_sample_fmt_is_planar(format) != 0
        for channel in 0..<channelCount {
            guard let plane = frame.pointee.extended_data?[isPlanar ? channel : 0] else { throw .undecodable("a decoded frame has no samples") }
            let first = isPlanar ? 0 : channel, stride = isPlanar ? 1 : channelCount
            channels[channel].removeAll(keepingCapacity: true)
            switch format {
            case AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP:
                if stride == 1 {
                    plane.withMemoryRebound(to: Float.self, capacity: count) {
                        channels[channel].append(contentsOf: UnsafeBufferPointer(start: $0, count: count))
                    }
                } else {
                    append(plane, Float.self, first, stride, count, to: &channels[channel]) { $0 }
                }
            case AV_SAMPLE_FMT_S16, AV_SAMPLE_FMT_S16P:
                append(plane, Int16.self, first, stride, count, to: &channels[channel]) { Float($0) * (1 / 32_768) }
            case AV_SAMPLE_FMT_S32, AV_SAMPLE_FMT_S32P:
                append(plane, Int32.self, first, stride, count, to: &channels[channel]) { Float($0) * (1 / 2_147_483_648) }
            case AV_SAMPLE_FMT_U8, AV_SAMPLE_FMT_U8P:
                append(plane, UInt8.self, first, stride, count, to: &channels[channel]) { (Float($0) - 128) * (1 / 128) }
            case AV_SAMPLE_FMT_DBL, AV_SAMPLE_FMT_DBLP:
                append(plane, Double.self, first, stride, count, to: &channels[channel]) { Float($0) }
            default:
                throw .undecodable("samples of an unknown kind (\(frame.pointee.format))")
            }
        }
    }

    @inline(__always)
    private static func append<Sample>(
        _ plane: UnsafeMutablePointer<UInt8>, _: Sample.Type, _ first: Int, _ stride: Int, _ count: Int, to samples: inout [Float],
        _ convert: (Sample) -> Float
    ) {
        plane.withMemoryRebound(to: Sample.self, capacity: first + count * stride) { plane in
            samples.reserveCapacity(count)
            for index in 0..<count { samples.append(convert(plane[first + index * stride])) }
        }
    }
}
