package import Conversations
package import Speech

/// What a user looks for in their conversations.
package struct SearchQuery: Sendable, Equatable {
    /// What counts for a hit.
    package enum By: Sendable, Equatable {
        /// That the words are said.
        case words
        /// That what is said means the same.
        case meaning
        /// Either; what counts for both comes first.
        case both
    }

    /// Words, which may be in any order, and phrases in double quotes, whose words stand together. Upper case, accents and endings do not matter.
    package var text: String
    package var by: By
    /// Only what this one says; `nobody`: whoever says it.
    package var speaker: Voice.Owner
    /// Only in conversations that began then or later.
    package var from: UnixTime?
    /// Only in conversations that began before.
    package var to: UnixTime?
    /// What `SearchPage.next` was; nil: from the best on.
    package var cursor: String?
    /// 1…`SearchQuery.maxHits`; what lies outside is taken as the nearest of these.
    package var limit: Int

    /// Hits of one query that can be had in all, page by page.
    package static let maxHits = 100
    /// Bytes of text; what is beyond is not looked for.
    package static let maxText = 2_000

    package init(
        _ text: String, by: By = .both, speaker: Voice.Owner = .nobody, from: UnixTime? = nil, to: UnixTime? = nil, cursor: String? = nil,
        limit: Int = 20
    ) {
        self.text = text
        self.by = by
        self.speaker = speaker
        self.from = from
        self.to = to
        self.cursor = cursor
        self.limit = limit
    }
}

/// A segment that a query found.
package struct SearchHit: Sendable, Equatable {
    package var conversation: ID<Conversation>
    package var segment: ID<Segment>
    /// Where to jump to: since the conversation's start.
    package var start: Duration
    /// When the conversation began.
    package var started: UnixTime
    package var title: String?
    package var snippet: Snippet
    /// Greater is better. Comparable within one answer only.
    package var score: Double
    package var speaker: SpeakerNumber?
    package var who: SpeakerIdentity.Who

    package init(
        conversation: ID<Conversation>, segment: ID<Segment>, start: Duration, started: UnixTime, title: String?, snippet: Snippet, score: Double,
        speaker: SpeakerNumber?, who: SpeakerIdentity.Who
    ) {
        self.conversation = conversation
        self.segment = segment
        self.start = start
        self.started = started
        self.title = title
        self.snippet = snippet
        self.score = score
        self.speaker = speaker
        self.who = who
    }
}

/// Some of a segment's text, with what was found in it.
package struct Snippet: Sendable, Equatable {
    package struct Piece: Sendable, Equatable {
        package var text: String
        /// It is what was looked for.
        package var isHit: Bool

        package init(_ text: String, isHit: Bool) {
            self.text = text
            self.isHit = isHit
        }
    }

    /// Together they are the text, `…` where some of it is left out.
    package var pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces }

    package var text: String { pieces.map(\.text).joined() }

    /// The text with hits between `open` and `close`. What of the text itself has a meaning where that is shown is for `escape` to mend.
    package func marked(_ open: String, _ close: String, escape: (String) -> String = { $0 }) -> String {
        pieces.map { $0.isHit ? open + escape($0.text) + close : escape($0.text) }.joined()
    }
}

package struct SearchPage: Sendable, Equatable {
    /// The best first.
    package var hits: [SearchHit]
    /// Asks for the page after this one; nil when this is the last.
    package var next: String?

    package init(hits: [SearchHit], next: String?) {
        self.hits = hits
        self.next = next
    }
}
