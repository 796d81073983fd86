internal import Conversations

/// The voiceprints of many voices side by side, for the distances of all of them from one voice in one pass.
struct VoiceDistances {
    /// The voices whose models are the same and heard the same sort of speech.
    private struct Kind {
        let sample: Voiceprint
        /// The directions one behind the other.
        var values: [Float] = []
        /// The places of the voices in the whole.
        var places: [Int] = []
    }

    private let voiceprints: [Voiceprint]
    private var kinds: [Kind] = []

    init(_ voiceprints: [Voiceprint]) {
        self.voiceprints = voiceprints
        for (place, voiceprint) in voiceprints.enumerated() {
            let known = kinds.firstIndex { $0.sample.model == voiceprint.model && $0.sample.direction.count == voiceprint.direction.count }
            let index = known ?? kinds.endIndex
            if known == nil { kinds.append(Kind(sample: voiceprint)) }
            kinds[index].values += voiceprint.direction
            kinds[index].places.append(place)
        }
    }

    /// Returns the distances of all voices from a voice, in the order of the voices.
    func distances(from voiceprint: Voiceprint) -> [Float] {
        var distances = [Float](repeating: 0, count: voiceprints.count)
        let direction = voiceprint.direction.span
        for kind in kinds {
            guard let scale = kind.sample.productScale(to: voiceprint) else {
                for place in kind.places { distances[place] = voiceprints[place].distance(to: voiceprint) }
                continue
            }
            let values = kind.values.span, width = direction.count
            for (index, place) in kind.places.enumerated() {
                let product = Self.product(direction, values.extracting(index * width..<(index + 1) * width))
                distances[place] = scale * (1 - max(-1, min(1, product)))
            }
        }
        return distances
    }

    /// Returns the product of two directions of the same length, with eight sums side by side, which a processor adds at once.
    private static func product(_ one: Span<Float>, _ other: Span<Float>) -> Float {
        var sums = SIMD8<Float>.zero
        var index = 0
        one.bytes.withUnsafeBytes { left in
            other.bytes.withUnsafeBytes { right in
                while index + 8 <= one.count {
                    let offset = index * MemoryLayout<Float>.stride
                    sums +=
                        left.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                        * right.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                    index += 8
                }
            }
        }
        var product = sums.sum()
        while index < one.count {
            product += one[index] * other[index]
            index += 1
        }
        return product
    }
}
