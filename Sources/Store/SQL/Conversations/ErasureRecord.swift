import Speech

/// The record of what is to be erased from the database's files: the one row of `erasures`.
///
/// Its number says what has come since an erasure began. A deletion gives the record a new number by chance, which no other deletion had: a count would
/// begin anew with each record, and two processes that erase at the same time would take a later deletion for their own. An edit, and what
/// `ErasureTriggers` record, only count in the number's last bits. One bit says that words were deleted, for which the index is written at once.
struct ErasureRecord: Sendable, Equatable {
    /// The number. Negative: there is only what is gathered as edits.
    var number: Int64
    var haveWords: Bool

    var areEdits: Bool { number < 0 }

    /// True if some of the words in the index were deleted. Otherwise only edits have replaced words.
    var areWordsDeleted: Bool { haveWords && !areEdits && number & Self.deletedWords != 0 }

    /// The bits that count edits whose rows are in the log only. `ErasureTriggers` count in them, too.
    static let rowEdits: Int64 = 0xF_FFFF
    /// The bits that count edits of words.
    static let wordEdits: Int64 = 0xFFF0_0000

    /// The bit of a deletion of words. A later deletion of rows keeps the bit until the words are erased.
    static let deletedWords: Int64 = 1 << 62

    /// Returns a number that no other record had, and no other deletion.
    static func newNumber(deletesWords: Bool) -> Int64 { Int64.random(in: 1 << 32..<deletedWords) | (deletesWords ? deletedWords : 0) }

    /// Returns what is left when all that a former record tells of is erased; nil: nothing.
    ///
    /// - Parameter former: without words when the index of words was left as it is.
    func after(erasing former: ErasureRecord) -> ErasureRecord? {
        let own = number.magnitude, other = former.number.magnitude, wordEdits = UInt64(Self.wordEdits)
        // A deletion has come.
        guard own >> 32 == other >> 32 else { return self }
        let leavesWords = haveWords && (!former.haveWords || own & wordEdits != other & wordEdits)
        guard own != other || leavesWords else { return nil }
        return ErasureRecord(number: areEdits ? number : -number, haveWords: leavesWords)
    }

    static func read(on connection: borrowing SQLConnection) throws(StoreError) -> ErasureRecord? {
        var found: ErasureRecord?
        try connection.run("SELECT deletions, has_words FROM erasures") { (row) throws(StoreError) in
            found = ErasureRecord(number: row.integer(0) ?? 0, haveWords: row.flag(1))
        }
        return found
    }

    /// Removes the record of what was erased. What has come since the erasure began stays recorded.
    static func remove(_ erased: ErasureRecord, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let record = try read(on: connection) else { return }
        guard let left = record.after(erasing: erased) else { return try connection.run("DELETE FROM erasures") }
        guard left != record else { return }
        try connection.run("UPDATE erasures SET deletions = ?, has_words = ?", [.integer(left.number), .flag(left.haveWords)])
    }
}
