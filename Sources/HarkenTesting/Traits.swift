internal import Foundation
package import Testing

extension Trait where Self == TimeLimitTrait {
    /// Time after which a test counts as hung. No sound test comes near it on any machine, so it is no judgement of speed.
    package static var hangLimit: Self { .timeLimit(.minutes(10)) }
}

extension Trait where Self == ConditionTrait {
    /// Leaves a test out where a tool is missing, with the reason. In the gate, which sets `TESTS_NEED_ALL`, the test fails: nothing is left out there unseen.
    ///
    /// - Parameters:
    ///   - isThere: true if the tool is there.
    ///   - missing: the reason: what is missing.
    package static func needs(
        _ isThere: @autoclosure @escaping @Sendable () -> Bool, _ missing: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Self {
        .enabled(missing, sourceLocation: sourceLocation) {
            let isThere = isThere()
            if !isThere, ProcessInfo.processInfo.environment["TESTS_NEED_ALL"] == "1" { throw MissingTool(reason: missing.rawValue) }
            return isThere
        }
    }
}

/// A tool that the gate needs is not there.
private struct MissingTool: Error, CustomStringConvertible {
    let reason: String
    var description: String { "the gate leaves no test out: \(reason)" }
}
