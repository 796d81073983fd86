package import Protocols
package import Speech

/// Parts a stream's audio into messages of lengths that the vendor wants. All of it goes, in order; none of it twice.
package struct AudioParting {
    private let frame: Int
    /// Of messages, in bytes.
    private let shortest: Int
    private let longest: Int
    /// Audio that is too short to go by itself.
    private var remainder: [UInt8] = []

    /// - Parameter audio: what the vendor wants.
    package init(_ audio: AudioMessages, _ options: StreamOptions) {
        frame = 2 * options.channels
        shortest = frame * Int(SampleCount(max(audio.shortest, options.shortestPiece), at: options.rate).samples)
        longest = max(shortest, frame * max(1, Int(SampleCount(audio.longest, at: options.rate).samples)))
    }

    /// - Parameters:
    ///   - audio: whole frames.
    ///   - send: takes the messages that are long enough now.
    package mutating func take(_ audio: RawSpan, _ send: (RawSpan) -> Void) {
        if remainder.isEmpty && audio.byteCount >= shortest {
            part(audio, send)
        } else {
            audio.withUnsafeBytes { remainder.append(contentsOf: $0) }
            if remainder.count >= shortest { sendRemainder(send) }
        }
    }

    /// What is left, whatever its length.
    package mutating func rest(_ send: (RawSpan) -> Void) {
        guard !remainder.isEmpty else { return }
        send(remainder.span.bytes)
        remainder.removeAll(keepingCapacity: true)
    }

    /// Sends audio that is long enough, except for an end that would be too short by itself.
    private mutating func part(_ audio: RawSpan, _ send: (RawSpan) -> Void) {
        guard audio.byteCount > longest else { return send(audio) }
        var start = 0
        while audio.byteCount - start >= max(shortest, 1) {
            let end = min(start + longest, audio.byteCount)
            send(audio.extracting(start..<end))
            start = end
        }
        audio.extracting(start...).withUnsafeBytes { remainder.append(contentsOf: $0) }
    }

    private mutating func sendRemainder(_ send: (RawSpan) -> Void) {
        guard !remainder.isEmpty else { return }
        var audio: [UInt8] = []
        swap(&audio, &remainder)
        part(audio.span.bytes, send)
        // The buffer is kept for the next remainder.
        if remainder.isEmpty {
            audio.removeAll(keepingCapacity: true)
            swap(&audio, &remainder)
        }
    }
}
