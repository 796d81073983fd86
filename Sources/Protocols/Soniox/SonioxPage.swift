package import Framing
package import Speech

/// The query of `GET /v1/files` and `GET /v1/transcriptions`, and the answers' form.
///
/// Source: Soniox API reference, "Get files", "Get transcriptions".
package struct SonioxPage: Sendable, Equatable {
    package static let limits = 1...1_000

    package var limit: Int
    /// The last item of the page before: its time and its id; nil for the first page.
    package var cursor: (time: UnixTime, id: String)?

    package static func == (a: Self, b: Self) -> Bool {
        a.limit == b.limit && a.cursor?.time == b.cursor?.time && a.cursor?.id == b.cursor?.id
    }

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

    /// Returns the answer with a page of items.
    ///
    /// - Parameters:
    ///   - name: the member with the items.
    ///   - last: the last item of the page, if there are further ones; nil: this page is the last.
    package static func body(
        _ name: StaticString, last: (time: UnixTime, id: String)?, write items: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key(name)
        json.beginArray()
        items(&json)
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
