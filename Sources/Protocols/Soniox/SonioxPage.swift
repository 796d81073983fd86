package import Framing
package import Speech

/// The query of `GET /v1/files` and `GET /v1/transcriptions`, and the answers' form.
///
/// Source: Soniox API reference, "Get files", "Get transcriptions".
package struct SonioxPage: Sendable {
    /// The place of an item in the list: the time when it was made, and its id.
    package typealias Place = (time: UnixTime, id: String)

    package static let limits = 1...1_000

    package var limit: Int
    /// The last item of the page before: its time and its id; nil for the first page.
    package var cursor: Place?

    /// Number of items to look for: one more than the page shows tells whether there are more.
    package var fetchLimit: Int { limit + 1 }

    package init(_ query: URLQuery) throws(SonioxAPIError) {
        limit = Self.limits.upperBound
        if let text = query.first("limit"), !text.isEmpty {
            guard let number = Int(text), Self.limits.contains(number) else {
                throw .field("query.payload.limit", "Input should be from \(Self.limits.lowerBound) to \(Self.limits.upperBound).")
            }
            limit = number
        }
        guard let text = query.first("cursor"), !text.isEmpty else { return }
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = UUIDText.canonical(String(parts[1])) else { throw .invalidCursor }
        cursor = (UnixTime(milliseconds: milliseconds), id)
    }

    /// Returns the answer with this page of items.
    ///
    /// - Parameters:
    ///   - name: the member with the items.
    ///   - found: the items behind the cursor, at most `fetchLimit`.
    package func body<Item>(
        _ name: StaticString, _ found: [Item], at place: (Item) -> Place, write: (Item, inout JSONWriter) -> Void
    ) -> [UInt8] {
        let items = found.prefix(limit), last = found.count > limit ? items.last.map(place) : nil
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key(name)
        json.beginArray()
        for item in items { write(item, &json) }
        json.endArray()
        json.member("next_page_cursor", orNull: last.map { "\($0.time.milliseconds).\($0.id)" })
        json.endObject()
        return json.bytes
    }

    /// Returns the answer of `/count`. Nothing here comes from the vendor's web page for trying.
    package static func count(_ number: Int) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("total", number)
        json.member("public_api", number)
        json.member("playground", 0)
        json.endObject()
        return json.bytes
    }
}
