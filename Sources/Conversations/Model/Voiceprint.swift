/// The sound of a voice, as a direction in the space of an embedding model, or of several models side by side.
package struct Voiceprint: Sendable, Equatable {
    /// Character between the names of several models.
    private static let separator: Character = "+"
    /// End of the models' names where telephone speech was heard.
    private static let telephone = "/telephone"
    /// Factor that makes distances by two models comparable to distances by the first model alone. Voices are told apart best at 0.50 by ECAPA-TDNN, and at
    /// 0.56 by the mean of ECAPA-TDNN's and CAM++'s cosines, so that one threshold holds for both.
    private static let meanScale: Float = 0.50 / 0.56
    /// The same for telephone speech compared with speech from a microphone: all distances are larger.
    private static let mixedScale: Float = 0.50 / 0.62
    /// The same for two voiceprints of telephone speech: all distances are smaller.
    private static let telephoneScale: Float = 0.50 / 0.43

    /// Name of the model that defines the space, or the names of several models, joined by "+". "/telephone" follows where telephone speech was heard.
    package var model: String
    /// The direction, as a vector of length 1. The directions of several models have equal lengths, and the same number of values.
    package let direction: [Float]

    /// Makes the voiceprint; nil for a vector without a direction (zero, empty, or not finite), and for one that several models do not share evenly.
    ///
    /// - Parameter vector: a vector of any length except zero.
    package init?(_ vector: [Float], model: String) {
        let count = model.count { $0 == Self.separator } + 1
        guard vector.count.isMultiple(of: count) else { return nil }
        let width = vector.count / count
        var direction: [Float] = []
        for part in 0..<count {
            let values = vector[(part * width)..<((part + 1) * width)]
            let square = values.reduce(0) { $0 + Double($1) * Double($1) }
            guard square.isFinite, square > 1e-12 else { return nil }
            let scale = Float(1 / (square * Double(count)).squareRoot())
            direction += values.map { $0 * scale }
        }
        self.model = model
        self.direction = direction
    }

    /// Makes the voiceprint by several models of one voice.
    ///
    /// - Parameters:
    ///   - parts: the voiceprints by one model each.
    ///   - isTelephone: true if telephone speech was heard.
    package init?(parts: [Voiceprint], isTelephone: Bool = false) {
        let names = parts.map(\.model).joined(separator: String(Self.separator))
        self.init(parts.flatMap(\.direction), model: isTelephone ? names + Self.telephone : names)
    }

    /// True if telephone speech was heard, which has nothing above 4 kHz.
    package var isTelephone: Bool { model.hasSuffix(Self.telephone) }

    /// Names of the models, whichever sort of speech they heard.
    private var names: Substring { isTelephone ? model.dropLast(Self.telephone.count) : model[...] }

    /// The voiceprints by one model each.
    private var parts: [(model: Substring, values: ArraySlice<Float>)] {
        let models = names.split(separator: Self.separator, omittingEmptySubsequences: false)
        let width = direction.count / models.count
        return models.enumerated().map { ($1, direction[($0 * width)..<(($0 + 1) * width)]) }
    }

    /// Factor between the distance of two voiceprints of this kind and 1 − the product of their directions.
    package var scale: Float { scale(to: self) }

    /// Factor between the distance by several models and 1 − the mean of the cosines.
    private func scale(to other: Voiceprint) -> Float {
        guard model.contains(Self.separator) else { return 1 }
        switch (isTelephone, other.isTelephone) {
        case (false, false): return Self.meanScale
        case (true, true): return Self.telephoneScale
        default: return Self.mixedScale
        }
    }

    /// Returns true if a model has heard both voices.
    package func isComparable(to other: Voiceprint) -> Bool {
        if model == other.model { return direction.count == other.direction.count }
        let theirs = other.parts
        return parts.contains { part in theirs.contains { $0.model == part.model && $0.values.count == part.values.count } }
    }

    /// Returns the distance of two voices: 0 for the same direction, 1 for unrelated directions, 2 for opposite ones. It is 1 − cosine by one model, and in
    /// proportion to 1 − the mean of the cosines where two models have heard both voices. Returns 2 for voiceprints that cannot be compared.
    package func distance(to other: Voiceprint) -> Float {
        if let scale = productScale(to: other) { return scale * (1 - max(-1, min(1, Self.product(direction[...], other.direction[...])))) }
        guard names != other.names else { return 2 }
        let theirs = other.parts
        for part in parts {
            guard let same = theirs.first(where: { $0.model == part.model }), same.values.count == part.values.count else { continue }
            let lengths = (Self.product(part.values, part.values) * Self.product(same.values, same.values)).squareRoot()
            return 1 - max(-1, min(1, Self.product(part.values, same.values) / lengths))
        }
        return 2
    }

    /// Returns the factor between the distance of two voiceprints by the same models and 1 − the product of their directions; nil when the models are not
    /// the same, so that only `distance(to:)` knows the distance.
    package func productScale(to other: Voiceprint) -> Float? {
        names == other.names && direction.count == other.direction.count ? scale(to: other) : nil
    }

    /// Returns the direction between two voiceprints, weighted by the amount of speech of each; nil when they cannot be compared. A model that has heard only
    /// one of them keeps that one's direction.
    package func joined(with other: Voiceprint, weights: (own: Double, other: Double)) -> Voiceprint? {
        guard isComparable(to: other) else { return nil }
        let own = parts, theirs = other.parts
        var joined: [Voiceprint] = []
        for part in own.count >= theirs.count ? own : theirs {
            let one = own.first { $0.model == part.model }, another = theirs.first { $0.model == part.model }
            let values =
                if let one, let another {
                    zip(Self.unit(one.values), Self.unit(another.values)).map { Float(weights.own) * $0 + Float(weights.other) * $1 }
                } else {
                    Array(part.values)
                }
            guard let voiceprint = Voiceprint(values, model: String(part.model)) else { return nil }
            joined.append(voiceprint)
        }
        // One model alone does not tell which sort of speech it heard. Between the two sorts, a direction is nearer to a microphone's.
        let sorts = [self, other].filter { $0.model.contains(Self.separator) }
        return Voiceprint(parts: joined, isTelephone: !sorts.isEmpty && sorts.allSatisfy(\.isTelephone))
    }

    private static func product(_ one: ArraySlice<Float>, _ other: ArraySlice<Float>) -> Float {
        var product: Float = 0
        for (left, right) in zip(one.indices, other.indices) { product += one[left] * other[right] }
        return product
    }

    private static func unit(_ values: ArraySlice<Float>) -> [Float] {
        let length = product(values, values).squareRoot()
        return values.map { $0 / length }
    }
}
