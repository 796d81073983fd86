/// Counts of right and wrong words, or characters, against a reference.
public struct ErrorCount: Sendable, Equatable {
    public var matches = 0
    public var substitutions = 0
    public var deletions = 0
    public var insertions = 0

    public init() {}

    /// Length of the reference.
    public var reference: Int { matches + substitutions + deletions }
    public var errors: Int { substitutions + deletions + insertions }

    /// Errors per unit of the reference: 0 is perfect, and the rate may exceed 1. With an empty reference: 0 when nothing was heard either, otherwise
    /// 1.
    public var rate: Double {
        reference > 0 ? Double(errors) / Double(reference) : (insertions > 0 ? 1 : 0)
    }

    public static func + (first: ErrorCount, second: ErrorCount) -> ErrorCount {
        var sum = first
        sum.matches += second.matches
        sum.substitutions += second.substitutions
        sum.deletions += second.deletions
        sum.insertions += second.insertions
        return sum
    }
}
