package import Continuity

/// The choice of a session: a seed's usual session, or its second one with a rare circumstance.
package struct SessionSeed: Sendable, Hashable, CustomStringConvertible {
    package var seed: UInt64
    /// Mode of the seed's usual session; nil: the seed decides.
    package var mode: SessionMode?
    package var isBeside: Bool

    package init(_ seed: UInt64, mode: SessionMode? = nil, isBeside: Bool = false) {
        self.seed = seed
        self.mode = mode
        self.isBeside = isBeside
    }

    /// Parses a description.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard let seed = parts.first.flatMap({ UInt64($0) }), parts.count <= 2 else { return nil }
        let isBeside = parts.last == "beside", mode = parts.last.flatMap { SessionMode(rawValue: String($0)) }
        guard parts.count == 1 || isBeside || mode != nil else { return nil }
        self.init(seed, mode: mode, isBeside: isBeside)
    }

    /// The description: `17`, `17 beside` or `17 hedged`.
    package var description: String { isBeside ? "\(seed) beside" : mode.map { "\(seed) \($0.rawValue)" } ?? "\(seed)" }

    /// Returns the sessions of some seeds: with a mode, each seed's usual session; without, both sessions of each seed.
    package static func all(of seeds: Range<UInt64>, mode: SessionMode? = nil) -> some Sequence<SessionSeed> {
        seeds.lazy.flatMap { seed in mode == nil ? [SessionSeed(seed), SessionSeed(seed, isBeside: true)] : [SessionSeed(seed, mode: mode)] }
    }

    /// Returns the sessions in a list. A line has one session, and a comment behind `#`.
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

    /// A line that does not describe a session.
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
