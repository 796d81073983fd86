/// The sound of a voice, as a direction in the space of one embedding model.
package struct Voiceprint: Sendable, Equatable {
    /// Name of the model that defines the space. Directions of different spaces cannot be compared.
    package var model: String
    /// The direction, as a vector of length 1.
    package let direction: [Float]

    /// Makes the voiceprint; nil for a vector without a direction (zero, empty, or not finite).
    ///
    /// - Parameter vector: a vector of any length except zero.
    package init?(_ vector: [Float], model: String) {
        let square = vector.reduce(0) { $0 + Double($1) * Double($1) }
        guard square.isFinite, square > 1e-12 else { return nil }
        let scale = Float(1 / square.squareRoot())
        self.model = model
        direction = vector.map { $0 * scale }
    }

    /// Returns 1 − cosine: 0 for the same direction, 1 for unrelated directions, 2 for opposite ones. Returns 2 for voiceprints that cannot be
    /// compared.
    package func distance(to other: Voiceprint) -> Float {
        guard model == other.model, direction.count == other.direction.count else { return 2 }
        var cosine: Float = 0
        for index in direction.indices { cosine += direction[index] * other.direction[index] }
        return 1 - max(-1, min(1, cosine))
    }

    /// Returns the direction between two voiceprints, weighted by the amount of speech of each; nil when they cannot be compared.
    package func joined(with other: Voiceprint, weights: (own: Double, other: Double)) -> Voiceprint? {
        guard model == other.model, direction.count == other.direction.count else { return nil }
        return Voiceprint(
            zip(direction, other.direction).map { Float(weights.own) * $0 + Float(weights.other) * $1 }, model: model)
    }
}
