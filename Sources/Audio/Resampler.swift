private import CSoxr
package import Speech

/// Converts one channel to another sample rate, as a stream.
///
/// Positions stay exact: the filter's delay is removed, so that input sample *n* becomes output sample *n · new / old*. After `finish`, the number
/// of output samples is the converted number of input samples, rounded to the nearest. One thread at a time may use it.
package final class Resampler {
    package let source: SampleRate
    package let target: SampleRate
    /// The soxr resampler; nil when the rates are equal.
    private let handle: soxr_t?
    private var consumed = SampleIndex.zero
    private var produced = SampleIndex.zero

    /// Makes the resampler; nil when soxr rejects the rates (not positive, or too far apart) or memory is exhausted.
    package init?(from source: SampleRate, to target: SampleRate) {
        self.source = source
        self.target = target
        guard source != target else {
            handle = nil
            return
        }
        guard source.hertz > 0, target.hertz > 0 else { return nil }
        var format = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
        var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
        var runtime = soxr_runtime_spec(1)
        var error: soxr_error_t?
        guard let handle = soxr_create(Double(source.hertz), Double(target.hertz), 1, &error, &format, &quality, &runtime), error == nil else {
            return nil
        }
        self.handle = handle
    }

    deinit { soxr_delete(handle) }

    /// Appends the samples that `samples` complete to `output`. The last few milliseconds stay inside until more samples come, or until `finish`.
    package func append(_ samples: Span<Float>, to output: inout [Float]) {
        consumed = SampleIndex(consumed.samples + Int64(samples.count))
        guard let handle else {
            samples.withUnsafeBufferPointer { output.append(contentsOf: $0) }
            produced = consumed
            return
        }
        samples.withUnsafeBufferPointer { run(handle, $0.baseAddress, $0.count, into: &output) }
    }

    /// Appends the samples that the filter still holds. Nothing may be appended afterwards.
    package func finish(into output: inout [Float]) {
        guard let handle else { return }
        let before = output.count, missing = (consumed.converted(from: source, to: target) - produced).samples
        run(handle, nil, 0, into: &output)
        let surplus = output.count - before - Int(missing)
        if surplus > 0 {
            output.removeLast(min(surplus, output.count - before))
        } else if surplus < 0 {
            output.append(contentsOf: repeatElement(0, count: -surplus))
        }
    }

    /// Runs soxr. A nil input means the end: soxr is drained.
    private func run(_ handle: soxr_t, _ input: UnsafePointer<Float>?, _ count: Int, into output: inout [Float]) {
        let room = 4096 + count * target.hertz / source.hertz
        var offset = 0
        while true {
            var taken = 0, made = 0
            let chunk = [Float](unsafeUninitializedCapacity: room) { buffer, size in
                _ = soxr_process(handle, input.map { $0 + offset }, count - offset, &taken, buffer.baseAddress, room, &made)
                size = made
            }
            output.append(contentsOf: chunk)
            produced = SampleIndex(produced.samples + Int64(made))
            offset += taken
            if made < room && (input == nil || offset >= count || taken == 0) { return }
        }
    }
}
