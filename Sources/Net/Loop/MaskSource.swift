internal import COpenSSL

/// Unpredictable masks for the frames of a loop's clients (RFC 6455 section 10.3). Makes many masks at a time.
// Sendable by proof: each object belongs to one loop. Only the client connections of this loop call `next`, on the loop's thread.
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
