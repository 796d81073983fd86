package import Conversations
package import Speech

/// The index of the words of segments. Words are found by their stem and without accents; in scripts without spaces each character is a word.
package protocol WordIndex: Sendable {
    /// Puts a new segment into the index.
    func add(_ text: String, of segment: Int64, on connection: borrowing SQLConnection) throws(StoreError)

    /// Puts the present text of segments into the index.
    func update(_ segments: [ID<Segment>], of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError)

    /// Counts the newest rows that have a term.
    ///
    /// - Parameter most: maximum number of rows that are counted.
    func count(
        _ term: String, in rows: ClosedRange<Int64>, most: Int, on connection: borrowing SQLConnection
    ) throws(StoreError) -> (count: Int, oldest: Int64, newest: Int64)

    /// Returns the newest rows that a selection selects, with their scores.
    func select(_ selection: WordSelection, on connection: borrowing SQLConnection) throws(StoreError) -> [(number: Int64, score: Double)]

    /// Returns the part of a segment that has the terms, with the terms marked.
    ///
    /// - Parameter text: the segment's text.
    func snippet(of segment: Int64, _ text: String, marking terms: [String], on connection: borrowing SQLConnection) throws(StoreError) -> Snippet?
}

/// Restrictions of a search for words.
package struct WordSelection: Sendable {
    /// Terms that a row must have: words or phrases.
    package var all: [String]
    /// Terms of which a row must have at least one, unless there are none.
    package var any: [String]
    /// Weights of `all` and `any`, in their order.
    package var weights: [Double]
    /// Marks of the speakers that count; nil for all speakers.
    package var marks: [String]?
    package var rows: ClosedRange<Int64>
    /// Row numbers of the conversations that count; nil for all conversations.
    package var conversations: [Int64]?
    /// Maximum number of rows.
    package var most: Int

    package init(
        all: [String], any: [String], weights: [Double], marks: [String]?, rows: ClosedRange<Int64>, conversations: [Int64]?, most: Int
    ) {
        self.all = all
        self.any = any
        self.weights = weights
        self.marks = marks
        self.rows = rows
        self.conversations = conversations
        self.most = most
    }
}
