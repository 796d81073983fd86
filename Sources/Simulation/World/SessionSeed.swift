package import Continuity

/// Which session is simulated: a seed's own, or the one of a rare circumstance that runs beside it.
package struct SessionSeed: Sendable, Hashable, CustomStringConvertible {
    package var seed: UInt64
    /// Of the seed's own session; nil: as the seed says.
    package var mode: SessionMode?
    package var isBeside: Bool

    package init(_ seed: UInt64, mode: SessionMode? = nil, isBeside: Bool = false) {
        self.seed = seed
        self.mode = mode
        self.isBeside = isBeside
    }

    /// As it is described.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard let seed = parts.first.flatMap({ UInt64($0) }), parts.count <= 2 else { return nil }
        let isBeside = parts.last == "beside", mode = parts.last.flatMap { SessionMode(rawValue: String($0)) }
        guard parts.count == 1 || isBeside || mode != nil else { return nil }
        self.init(seed, mode: mode, isBeside: isBeside)
    }

    /// `17`, `17 beside` or `17 hedged`.
    package var description: String { isBeside ? "\(seed) beside" : mode.map { "\(seed) \($0.rawValue)" } ?? "\(seed)" }

    /// The sessions of some seeds: with a mode each one's own, else each one's own and the one beside it.
    package static func all(of seeds: Range<UInt64>, mode: SessionMode? = nil) -> some Sequence<SessionSeed> {
        seeds.lazy.flatMap { seed in mode == nil ? [SessionSeed(seed), SessionSeed(seed, isBeside: true)] : [SessionSeed(seed, mode: mode)] }
    }

    /// Those that a list names: one a line, and behind a `#` why.
    ///
    /// - Throws: `UnreadableLine`.
    package static func kept(in list: String) throws(UnreadableLine) -> [SessionSeed] {
        var found: [SessionSeed] = []
        for line in list.split(separator: "\n") {
            guard let text = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first, text.contains(where: { $0 != " " })
            else { continue }
            guard let session = SessionSeed(text) else { throw UnreadableLine(line: String(line)) }
            found.append(session)
        }
        return found
    }

    /// A line that names no session.
    package struct UnreadableLine: Error, CustomStringConvertible {
        package var line: String

        package var description: String { "“\(line)” names no session: write its seed, and behind it “beside” for the one beside it, or a mode." }
    }
}

extension Scenario {
    package init(_ session: SessionSeed) {
        self = session.isBeside ? Scenario(besideSeed: session.seed) : Scenario(seed: session.seed, mode: session.mode)
    }
}
