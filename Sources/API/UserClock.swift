internal import Framing
internal import Live
internal import Speech
internal import Store

/// Reads moments in queries. Days are those of the user's time zone.
struct UserClock: Sendable {
    /// The accepted values of a parameter, for its description.
    static let meaning = "a time (RFC 3339), a day such as 2026-01-31, today or yesterday. Days are in the user's time zone."

    let zones: UserTimeZones
    let now: @Sendable () -> UnixTime

    init(_ service: ConversationService) {
        zones = service.timeZones
        now = service.now
    }

    func zone(of user: ID<User>) async throws(APIError) -> TimeZoneRules {
        try await APIError.stored { () throws(StoreError) in try await zones.zone(of: user) }
    }

    /// Returns the moment that a parameter of the query names; nil when the query does not have it.
    func moment(_ name: String, of request: APIRequest) async throws(APIError) -> UnixTime? {
        guard let text = request.query.first(name) else { return nil }
        guard let moment = NamedMoment(text) else { throw .badRequest("\(name) takes \(NamedMoment.accepts).") }
        if case .time(let time) = moment { return time }
        return moment.time(now: now(), in: try await zone(of: request.user))
    }
}
