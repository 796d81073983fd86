package import Conversations
import Live
internal import Protocols
package import Speech
internal import Store

/// Splits chunked recordings at silences. Nobody listened while they were recorded, so the silence that ends a live conversation is found afterwards.
extension ChunkedRecordings {
    /// Returns the id of the conversation for a part after the first.
    ///
    /// - Parameter number: number of the silence before the part, counted from 1.
    package static func part(_ number: Int, of conversation: ID<Conversation>) -> ID<Conversation> {
        ID(DerivedUUID("\(conversation)/part", index: number).description)
    }

    /// Splits a complete conversation at each silence of at least `pause`. The last part is split off first, so that an interrupted split continues
    /// where it was, with the same names for the parts.
    ///
    /// - Returns: the first part, which keeps the conversation's id.
    package nonisolated func parted(
        _ conversation: Conversation, by pause: Duration, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) -> Conversation {
        var first = conversation
        for (number, segment) in Self.beginnings(of: conversation.segments, after: pause).enumerated().reversed() {
            let (id, user) = (first.id, first.user)
            let parts = try await ChunkedRecordingError.stored { () throws(StoreError) in
                try await services.conversations.store.split(id, at: segment, new: Self.part(number + 1, of: id), of: user)
            }
            guard let parts else { break }
            try await title(parts.later, services)
            first = parts.earlier
        }
        guard first.segments.count < conversation.segments.count else { return first }
        let titled = try await title(first, services)
        await services.conversations.complement()
        return titled
    }

    /// Returns the segments that follow a silence of at least `pause`.
    package static func beginnings(of segments: [Segment], after pause: Duration) -> [ID<Segment>] {
        var reached = segments.first?.end ?? .zero
        var found: [ID<Segment>] = []
        for segment in segments {
            if segment.start - reached >= pause { found.append(segment.id) }
            reached = max(reached, segment.end)
        }
        return found
    }

    @discardableResult
    private nonisolated func title(_ part: Conversation, _ services: RecordingServices) async throws(ChunkedRecordingError) -> Conversation {
        guard let summary = ExtractiveSummary(of: part.segments.map(\.text)) else { return part }
        var part = part
        (part.title, part.summary) = (summary.title, summary.summary)
        let (update, user) = (ConversationUpdate(part.id, title: part.title, summary: part.summary), part.user)
        _ = try await ChunkedRecordingError.stored { () throws(StoreError) in try await services.conversations.store.write(update, of: user) }
        return part
    }
}
