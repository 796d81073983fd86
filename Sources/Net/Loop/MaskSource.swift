internal import COpenSSL

/// Masks for the frames of a loop's clients, which nobody can foretell (RFC 6455 section 10.3). Makes many at a time.
// Sendable by proof: each belongs to a loop, whose client connections are the only ones to call `next`, on its thread.
final class MaskSource: @unchecked Sendable {
    private var masks: [UInt32] = []

    func next() -> UInt32 {
        if let mask = masks.popLast() { return mask }
        refill()
        return masks.popLast() ?? UInt32.random(in: .min ... .max)
    }

    private func refill() {
        masks = [UInt32](repeating: 0, count: 512)
        let result = masks.withUnsafeMutableBytes { RAND_bytes($0.baseAddress, Int32($0.count)) }
        if result != 1 { masks = [] }
    }
}
