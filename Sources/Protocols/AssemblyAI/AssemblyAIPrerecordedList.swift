package import Framing
package import Speech

/// The query of `GET /v2/transcript`, and its answer.
package struct AssemblyAIPrerecordedList: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable { case queued, processing, completed, error }

    package struct Item: Sendable, Equatable {
        package var id: String
        package var status: Status
        package var created: UnixTime
        package var completed: UnixTime?
        package var audioURL: String
        package var error: String?

        package init(id: String, status: Status, created: UnixTime, completed: UnixTime?, audioURL: String, error: String?) {
            self.id = id
            self.status = status
            self.created = created
            self.completed = completed
            self.audioURL = audioURL
            self.error = error
        }
    }

    package var limit: Int
    package var status: Status?
    /// Midnight (UTC) at the start of the day that `created_on` names; nil: any day.
    package var day: UnixTime?
    package var before: String?
    package var after: String?
    /// True if only throttled jobs are wanted; there are none here.
    package var throttledOnly: Bool

    /// - Throws: `badRequest`.
    package init(_ query: URLQuery) throws(RequestError) {
        func given(_ name: String) -> String? { query.first(name).flatMap { $0.isEmpty ? nil : $0 } }
        limit = 10
        if let text = given("limit") {
            guard let number = Int(text), (1...200).contains(number) else { throw .badRequest("limit must be a whole number from 1 to 200.") }
            limit = number
        }
        if let text = given("status") {
            guard let known = Status(rawValue: text) else { throw .badRequest("status must be queued, processing, completed or error.") }
            status = known
        }
        if let text = given("created_on") {
            let parts = text.split(separator: "-").map { Int($0) }
            guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
                let time = UnixTime(year: year, month: month, day: day)
            else { throw .badRequest("created_on must be a day: YYYY-MM-DD.") }
            self.day = time
        }
        before = given("before_id")
        after = given("after_id")
        throttledOnly = given("throttled_only")?.equalsIgnoringCase("true") ?? false
    }

    /// - Parameters:
    ///   - items: the jobs, newest first.
    ///   - base: `http://HOST`, the address at which the caller reached the gateway.
    ///   - hasOlder: true if there are jobs older than the last item.
    ///   - hasNewer: true if there are jobs newer than the first item.
    package func body(_ items: [Item], base: String, hasOlder: Bool, hasNewer: Bool) -> [UInt8] {
        let path = base + "/v2/transcript"
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key("page_details")
        json.beginObject()
        json.member("limit", limit)
        json.member("result_count", items.count)
        json.member("current_url", path + address(before: before, after: after))
        // In the vendor's words, "previous" jobs are older jobs.
        json.member("prev_url", orNull: hasOlder ? items.last.map { path + address(before: $0.id, after: nil) } : nil)
        json.member("next_url", orNull: hasNewer ? items.first.map { path + address(before: nil, after: $0.id) } : nil)
        json.endObject()
        json.key("transcripts")
        json.beginArray()
        for item in items {
            json.beginObject()
            json.member("id", item.id)
            json.member("resource_url", path + "/" + item.id)
            json.member("status", item.status.rawValue)
            json.member("created", Self.time(item.created))
            json.member("completed", orNull: item.completed.map(Self.time))
            json.member("audio_url", item.audioURL)
            json.member("error", orNull: item.error)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private func address(before: String?, after: String?) -> String {
        var query: URLQuery = ["limit": "\(limit)"]
        if let status { query.add("status", status.rawValue) }
        if let day { query.add("created_on", String(day.rfc3339.prefix(10))) }
        if let before { query.add("before_id", before) }
        if let after { query.add("after_id", after) }
        return "?" + query.encoded
    }

    /// Returns the time in the form `2026-01-31T12:00:00.000000`.
    private static func time(_ time: UnixTime) -> String { String(time.rfc3339.dropLast()) + "000" }
}
