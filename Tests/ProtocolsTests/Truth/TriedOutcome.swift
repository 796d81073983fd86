import Protocols
import Speech

/// The outcome of each member of each opening and request, with each engine. Each is tried once, for the tests and for docs/options.md.
struct TriedOutcome: Sendable {
    /// nil: the member left no trace.
    var outcome: MemberOutcome?
    /// The parts of a live session that differ with the member, where the local engine serves; empty: another engine serves, or the session with which
    /// it is compared is refused.
    var parts: Set<String>

    /// Returns what became of a member.
    static func of(_ member: TriedMember) throws -> TriedOutcome? {
        switch member.route.service {
        case .live: try live.get()[member.testDescription]
        case .recorded: try recorded.get()[member.testDescription]
        }
    }

    private static let live: Result<[String: TriedOutcome], any Error> = Result {
        try tried(.live, by: \.key) { members in
            let route = members[0].route, requests = members[0].requests(LiveTrace.usual(route))
            let base = try LiveTrace(route, requests.base), given = try LiveTrace(route, requests.given)
            return try members.map { member in
                let parts = member.engine == .local && base.refusal.isEmpty ? given.parts(beside: base) : []
                return TriedOutcome(outcome: try given.outcome(of: member, beside: base), parts: parts)
            }
        }
    }

    private static let recorded: Result<[String: TriedOutcome], any Error> = Result {
        try tried(.recorded, by: { "\($0.key) \($0.isOwn)" }) { members in
            let route = members[0].route, requests = members[0].requests(RecordedTrace.usual(route))
            let base = try RecordedTrace(route, requests.base, isNative: members[0].isOwn)
            let given = try RecordedTrace(route, requests.given, isNative: members[0].isOwn)
            return try members.map { TriedOutcome(outcome: try given.outcome(of: $0, beside: base), parts: []) }
        }
    }

    /// Tries members in groups that have their traces in common.
    private static func tried(
        _ service: VendorOption.Service, by key: (TriedMember) -> String, _ outcomes: ([TriedMember]) throws -> [TriedOutcome]
    ) throws -> [String: TriedOutcome] {
        var all: [String: TriedOutcome] = [:]
        for members in Dictionary(grouping: TriedMember.all(service), by: key).values {
            for (member, outcome) in zip(members, try outcomes(members)) { all[member.testDescription] = outcome }
        }
        return all
    }

    // MARK: The page

    private static let engines = Catalogue.vendors.map(\.name) + [.local]

    /// Returns the text of docs/options.md about outcomes.
    static func tables() throws -> String {
        var text = """

            ## Outcomes

            A test sends each option of the tables above, with a value that is not the default, and looks at what becomes of it with each engine. A cell has
            the number of options that were carried out / carried through to the protocol's own vendor / named as ignored / refused.

            | protocol | \(engines.map(\.rawValue).joined(separator: " | ")) |
            |\(String(repeating: "---|", count: engines.count + 1))

            """
        for route in Catalogue.optionRoutes {
            let members = TriedMember.all(route.service).filter { $0.route.title == route.title }
            let cells = try engines.map { engine in try cell(members.filter { $0.engine == engine }) }
            text += "| \(route.title) | \(cells.joined(separator: " | ")) |\n"
        }
        return text
    }

    private static func cell(_ members: [TriedMember]) throws -> String {
        guard !members.isEmpty else { return "–" }
        // What leaves no trace in a short session is carried out, as a test of its own shows.
        let outcomes = try members.map { try of($0)?.outcome ?? .carriedOut }
        let kinds: [MemberOutcome] = [.carriedOut, .carriedThrough, .named, .refused]
        return kinds.map { kind in "\(outcomes.count { $0 == kind })" }.joined(separator: " / ")
    }
}
