package import Conversations
import Live
internal import Protocols
package import Speech
internal import Store

/// Recordings that nobody listened to have no end of their own: silence that would have ended them live parts them afterwards.
extension ChunkedRecordings {
    /// The conversation that a part after the first goes to.
    ///
    /// - Parameter number: number of the silence before the part, counted from 1.
    package static func part(_ number: Int, of conversation: ID<Conversation>) -> ID<Conversation> {
        ID(DerivedUUID("\(conversation)/part", index: number).description)
    }

    /// Parts a conversation that is complete wherever nobody spoke for so long. The last part first: done again after it was cut off, it goes on where it
    /// was, and each part has the name that it would have had.
    ///
    /// - Returns: the first part, which remains of the conversation.
    package nonisolated func parted(
        _ conversation: Conversation, by pause: Duration, _ services: RecordingServices
    ) async throws(BackgroundRefusal) -> Conversation {
        var first = conversation
        for (number, segment) in Self.beginnings(of: conversation.segments, after: pause).enumerated().reversed() {
            let (id, user) = (first.id, first.user)
            let parts = try await BackgroundRefusal.stored { () throws(StoreError) in
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

    /// The segments before which nobody spoke for so long.
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
    private nonisolated func title(_ part: Conversation, _ services: RecordingServices) async throws(BackgroundRefusal) -> Conversation {
        guard let summary = ExtractiveSummary(of: part.segments.map(\.text)) else { return part }
        var part = part
        (part.title, part.summary) = (summary.title, summary.summary)
        let (update, user) = (ConversationUpdate(part.id, title: part.title, summary: part.summary), part.user)
        _ = try await BackgroundRefusal.stored { () throws(StoreError) in try await services.conversations.store.write(update, of: user) }
        return part
    }
}
