package import Speech

/// Recordings that come in chunks, and their chunks: each is reserved before it is recognised, and stored together with its run.
package protocol ChunkStore: Sendable {
    /// - Returns: false when there is a recording of this name already; nothing is changed then.
    func begin(_ recording: StoredRecording, now: UnixTime) async throws(StoreError) -> Bool

    func find(_ conversation: String, of user: ID<User>) async throws(StoreError) -> StoredRecording?

    /// Returns recordings of this state, of all users.
    func standing(_ state: String) async throws(StoreError) -> [StoredRecording]

    /// - Returns: false when the recording was not in one of the states `from`.
    func move(_ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime) async throws(StoreError) -> Bool

    /// Moves a recording whose conversation has all that was said. The record of which chunks were taken in is kept, for clients that send them again.
    ///
    /// - Parameter emptied: makes of a chunk's record the same without what was said in the chunk.
    func finish(
        _ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime, emptied: @escaping @Sendable (String) -> String
    ) async throws(StoreError)

    /// Returns recordings of this state, of all users, of which no chunk has come and that were not begun since `time`.
    func quiet(since time: UnixTime, state: String) async throws(StoreError) -> [StoredRecording]

    /// Decides about a chunk in one transaction with what is known of it, and reserves its name when it is new.
    ///
    /// - Parameter decide: gets the chunk that is known under the name, and the recording; says whether the chunk is new.
    /// - Returns: the verdict of `decide`, and the chunk that was there; nil when there is no such recording.
    func reserve<Verdict: Sendable>(
        _ chunk: StoredChunk, in conversation: String, of user: ID<User>,
        decide: @escaping @Sendable (StoredChunk?, StoredRecording) -> (verdict: Verdict, isNew: Bool)
    ) async throws(StoreError) -> (verdict: Verdict, known: StoredChunk?)?

    /// Stores a chunk that was recognised, and its run with it. The run is noted in the ledger whatever has become of the recording.
    ///
    /// - Returns: the chunks that had been accepted before; nil when nobody has reserved this one.
    func accept(
        _ chunk: StoredChunk, _ run: UsageRecord, in conversation: String, of user: ID<User>, now: UnixTime
    ) async throws(StoreError) -> [StoredChunk]?

    /// Frees the name of a chunk that could not be recognised: the chunk may come again.
    func release(_ chunk: String, in conversation: String, of user: ID<User>) async throws(StoreError)

    /// Frees, after a start, the names of chunks that were being recognised, and forgets recordings that were finished long ago.
    func recover(now: UnixTime) async throws(StoreError)

    /// Returns chunks that were recognised, in no order.
    ///
    /// - Parameter state: in which nothing is left of what was said in the chunks.
    /// - Returns: nil when the recording is in that state, or not there.
    func accepted(_ conversation: String, of user: ID<User>, unless state: String) async throws(StoreError) -> [StoredChunk]?

    /// Returns the number of chunks that are being recognised.
    func underWay(_ conversation: String, of user: ID<User>) async throws(StoreError) -> Int
}
