package import Speech

/// The store of recordings that come in chunks, and of the chunks. A chunk is reserved before it is recognised, and stored together with its run.
package protocol ChunkStore: Sendable {
    /// Stores a new recording.
    ///
    /// - Returns: false when the user has a recording with this name already; nothing is changed then.
    func begin(_ recording: StoredRecording, now: UnixTime) async throws(StoreError) -> Bool

    func find(_ conversation: String, of user: ID<User>) async throws(StoreError) -> StoredRecording?

    /// Returns the recordings of all users that are in this state.
    ///
    /// - Parameter isAbandoned: true to leave out those that another gateway, which lives, has brought into this state.
    func standing(_ state: String, isAbandoned: Bool) async throws(StoreError) -> [StoredRecording]

    /// Moves a recording from one of the states `from` to the state `to`.
    ///
    /// - Returns: false when the recording was not in one of the states `from`.
    func move(_ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime) async throws(StoreError) -> Bool

    /// Moves a recording whose conversation has all words of the chunks. The store still knows which chunks it has accepted, because clients may send
    /// a chunk again.
    ///
    /// - Parameter emptied: returns a chunk's record without the words that were said in the chunk.
    func finish(
        _ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime, emptied: @escaping @Sendable (String) -> String
    ) async throws(StoreError)

    /// Returns the recordings of all users that were in this state already before `time`, and that have had no chunk since and none under way.
    func quiet(since time: UnixTime, state: String) async throws(StoreError) -> [StoredRecording]

    /// Reserves the name of a chunk if the chunk is new. One transaction reads the chunk and its recording, calls `decide`, and reserves the name.
    ///
    /// - Parameter decide: takes the chunk that is stored under the name, and the recording; returns whether the chunk is new.
    /// - Returns: the verdict of `decide`, and the stored chunk, if any; nil when there is no such recording.
    func reserve<Verdict: Sendable>(
        _ chunk: StoredChunk, in conversation: String, of user: ID<User>,
        decide: @escaping @Sendable (StoredChunk?, StoredRecording) -> (verdict: Verdict, isNew: Bool)
    ) async throws(StoreError) -> (verdict: Verdict, known: StoredChunk?)?

    /// Stores a recognised chunk together with its run. The ledger gets the run even if the recording is gone.
    ///
    /// - Returns: the chunks that had been accepted before; nil when this chunk is not reserved.
    func accept(
        _ chunk: StoredChunk, _ run: UsageRecord, in conversation: String, of user: ID<User>, now: UnixTime
    ) async throws(StoreError) -> [StoredChunk]?

    /// Frees the name of a chunk that could not be recognised, so that the client may send the chunk again.
    func release(_ chunk: String, in conversation: String, of user: ID<User>) async throws(StoreError)

    /// Frees the names of chunks that a process was recognising which has ended, and forgets recordings that were finished long ago. Called after a start.
    func recover(now: UnixTime) async throws(StoreError)

    /// Returns the recognised chunks of a recording, in no order.
    ///
    /// - Parameter state: state of recordings whose chunks have no words any more.
    /// - Returns: nil when the recording is in `state`, or does not exist.
    func accepted(_ conversation: String, of user: ID<User>, unless state: String) async throws(StoreError) -> [StoredChunk]?

    /// Returns the recognised chunks of a recording whose records have this text, in no order; none when there is no such recording. Other records,
    /// with a day's words, are not read into memory.
    func accepted(_ conversation: String, of user: ID<User>, having text: String) async throws(StoreError) -> [StoredChunk]

    /// Returns the number of chunks that are being recognised.
    func underWay(_ conversation: String, of user: ID<User>) async throws(StoreError) -> Int
}
