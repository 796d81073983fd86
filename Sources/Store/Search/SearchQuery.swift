package import Conversations
package import Speech

/// A user's search in their conversations.
package struct SearchQuery: Sendable, Equatable {
    /// The kind of match that makes a hit.
    package enum By: Sendable, Equatable {
        /// A match of the words.
        case words
        /// A match of the meaning.
        case meaning
        /// A match of either kind; matches of both kinds come first.
        case both
    }

    /// Words, which may be in any order, and phrases in double quotes, whose words stand together. Upper case, accents and endings do not matter. Stop
    /// words such as "the" count only in quotes, or where there are no other words: then all words are a phrase.
    package var text: String
    package var by: By
    /// Speaker of the segments to search; `nobody` for any speaker.
    package var speaker: Voice.Owner
    /// The only conversation to search; nil for all conversations.
    package var conversation: ID<Conversation>?
    /// Earliest start of the conversations to search; nil for no limit.
    package var from: UnixTime?
    /// Time before which the conversations to search began; nil for no limit.
    package var to: UnixTime?
    /// True to search only conversations with a gap: see `ConversationQuery.hasGaps`.
    package var hasGaps: Bool
    /// Value of `SearchPage.next` of the previous page; nil to begin with the best hit.
    package var cursor: String?
    /// Maximum number of hits on the page: 1…`SearchQuery.maxHits`. A value outside is replaced by the nearest one inside.
    package var limit: Int

    /// Maximum number of hits of one query on all pages together.
    package static let maxHits = 100
    /// Maximum length of a query's text, in bytes; the rest of a longer text is ignored.
    package static let maxText = 2_000

    package init(
        _ text: String, by: By = .both, speaker: Voice.Owner = .nobody, in conversation: ID<Conversation>? = nil, from: UnixTime? = nil,
        to: UnixTime? = nil, hasGaps: Bool = false, cursor: String? = nil, limit: Int = 20
    ) {
        self.text = text
        self.by = by
        self.speaker = speaker
        self.conversation = conversation
        self.from = from
        self.to = to
        self.hasGaps = hasGaps
        self.cursor = cursor
        self.limit = limit
    }
}

/// A segment that a query found.
package struct SearchHit: Sendable, Equatable {
    package var conversation: ID<Conversation>
    package var segment: ID<Segment>
    /// Start of the segment, as time since the conversation's start.
    package var start: Duration
    /// Time when the conversation began.
    package var started: UnixTime
    package var title: String?
    package var snippet: Snippet
    /// Score of the hit: greater is better. Scores are comparable within one answer only.
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

/// An excerpt of a segment's text, in which the hits are marked.
package struct Snippet: Sendable, Equatable {
    package struct Piece: Sendable, Equatable {
        package var text: String
        /// True if the piece matches the query.
        package var isHit: Bool

        package init(_ text: String, isHit: Bool) {
            self.text = text
            self.isHit = isHit
        }
    }

    /// Pieces that together make the excerpt; `…` stands for text that is left out.
    package var pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces }

    package var text: String { pieces.map(\.text).joined() }

    /// Returns the text with each hit between `open` and `close`. `escape` escapes the characters of the text that have a meaning where it is shown.
    package func marked(_ open: String, _ close: String, escape: (String) -> String = { $0 }) -> String {
        pieces.map { $0.isHit ? open + escape($0.text) + close : escape($0.text) }.joined()
    }
}

package struct SearchPage: Sendable, Equatable {
    /// Hits of the page, the best first.
    package var hits: [SearchHit]
    /// Cursor for the next page; nil when this page is the last.
    package var next: String?
    /// False if no segment has a word of the query: the hits of this and of all other pages are near in meaning. nil: words were not searched for.
    package var wordsFound: Bool?
    /// True if the search ended at `SearchQuery.maxHits` hits on all pages: there may be more.
    package var isCapped: Bool

    package init(hits: [SearchHit], next: String?, wordsFound: Bool? = nil, isCapped: Bool = false) {
        self.hits = hits
        self.next = next
        self.wordsFound = wordsFound
        self.isCapped = isCapped
    }
}
