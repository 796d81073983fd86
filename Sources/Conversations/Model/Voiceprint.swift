/// What a voice sounds like: a direction in the space of one embedding model.
package struct Voiceprint: Sendable, Equatable {
    /// Which model's space it is in. Directions of two spaces say nothing about each other.
    package var model: String
    /// Of length 1.
    package let direction: [Float]

    /// - Parameter vector: of any length but zero; nil is returned for one that has no direction (zero, empty, or not finite).
    package init?(_ vector: [Float], model: String) {
        let square = vector.reduce(0) { $0 + Double($1) * Double($1) }
        guard square.isFinite, square > 1e-12 else { return nil }
        let scale = Float(1 / square.squareRoot())
        self.model = model
        direction = vector.map { $0 * scale }
    }

    /// 1 − cosine: 0 for the same direction, 1 for unrelated ones, 2 for opposite ones, and for voiceprints that cannot be compared.
    package func distance(to other: Voiceprint) -> Float {
        guard model == other.model, direction.count == other.direction.count else { return 2 }
        var cosine: Float = 0
        for index in direction.indices { cosine += direction[index] * other.direction[index] }
        return 1 - max(-1, min(1, cosine))
    }

    /// The direction between this one, made of so much speech, and another one, made of so much more.
    package func joined(with other: Voiceprint, weights: (own: Double, other: Double)) -> Voiceprint? {
        guard model == other.model, direction.count == other.direction.count else { return nil }
        return Voiceprint(
            zip(direction, other.direction).map { Float(weights.own) * $0 + Float(weights.other) * $1 }, model: model)
    }
}
