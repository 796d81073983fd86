/// Confidences of a vendor's live messages that are not about words.
enum MeasuredConfidence {
    /// Returns the confidence, 0…1; nil for 0 and 1, which are written where nothing was measured.
    static func of(_ confidence: Double?) -> Float? {
        guard let confidence, confidence > 0, confidence < 1 else { return nil }
        return Float(confidence)
    }
}
