import Speech

extension ArraySlice<Word> {
    /// The mean of the words' log probabilities, like Whisper's `avg_logprob`; that of an unknown confidence without words.
    var meanLogConfidence: Double {
        guard !isEmpty else { return naturalLogarithm(Double(Word.unknownConfidence)) }
        return reduce(0) { $0 + naturalLogarithm(Double(Swift.min(Swift.max($1.confidence, 1e-6), 1))) } / Double(count)
    }
}

/// Returns the natural logarithm, which the standard library lacks. Splits off the exponent, then uses the series of the area hyperbolic tangent.
///
/// - Parameter x: a positive, finite number. The result is exact to 1e-9.
func naturalLogarithm(_ x: Double) -> Double {
    let ratio = (x.significand - 1) / (x.significand + 1)
    let square = ratio * ratio
    var term = ratio, sum = 0.0
    for divisor in stride(from: 1.0, through: 19, by: 2) {
        sum += term / divisor
        term *= square
    }
    return Double(x.exponent) * 0.693_147_180_559_945_3 + 2 * sum
}

/// Returns e to the power of a logarithm of a probability, 0…1, which the standard library lacks. The result is exact to 1e-9.
func exponential(_ logarithm: Double) -> Double {
    guard logarithm < 0 else { return 1 }
    guard logarithm > -40 else { return 0 }
    // The series of a small part of the power, squared back.
    let part = logarithm / 64
    var sum = 1.0, term = 1.0
    for divisor in 1...12 {
        term *= part / Double(divisor)
        sum += term
    }
    for _ in 0..<6 { sum *= sum }
    return min(max(sum, 0), 1)
}
