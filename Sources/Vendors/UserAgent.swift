/// The header `User-Agent` of requests to vendors: `Harken/0.1.0 (integration=gateway)`.
package enum UserAgent {
    /// - Parameter integration: the part of Harken that asks: `gateway`, `kit` or `cli`.
    package static func text(_ integration: String) -> String { "Harken/\(ProgramVersion.current) (integration=\(integration))" }
}
