package import Audio
package import Speech
package import Store

/// The audio of a session on its way into files that conversations keep. A file is a draft until it is complete.
///
/// One caller at a time.
package actor ConversationAudio {
    /// A complete file.
    package struct Kept: Sendable, Equatable {
        package var file: BlobName
        /// Position in the session at which the file begins.
        package var start: SampleIndex
        package var count: SampleCount
        package var byteCount: Int
    }

    /// Time for which a file that is stored waits for the row that names it.
    static let standardTime: Duration = .seconds(3_600)
    /// The same for a session's file: a gateway that was killed may be away for days.
    private static let sessionTime: Duration = .seconds(7 * 86_400)

    private let store: any BlobStore
    private let session: ID<Session>?
    private let rate: SampleRate
    private let channels: Int
    private let newID: @Sendable () -> String
    private let announce: @Sendable (String, Duration) async throws(StoreError) -> Void
    private var writer: Writer?
    /// Times of the session that are silent in the files.
    private var silences: [SampleRange] = []
    /// End of the last complete file.
    private var completeThrough = SampleIndex.zero
    /// True if no audio can be kept, because the disk is full or the folder is gone.
    private var hasFailed = false

    /// A class around the file, so that the file can be stored in a property and released.
    private final class Writer {
        let draft: BlobDraft
        let start: SampleIndex
        var file: OggOpusFile

        init(_ draft: BlobDraft, start: SampleIndex, rate: SampleRate, channels: Int) throws(MediaError) {
            self.draft = draft
            self.start = start
            file = try OggOpusFile(path: draft.path, rate: rate, channels: channels)
        }
    }

    /// - Parameters:
    ///   - session: the live session; nil for a recording.
    ///   - channels: 1 or 2.
    ///   - announce: notes a file before it is stored, so that it is deleted if this process ends before the file has its place.
    package init(
        in store: any BlobStore, of session: ID<Session>? = nil, rate: SampleRate, channels: Int, newID: @escaping @Sendable () -> String,
        announce: @escaping @Sendable (String, Duration) async throws(StoreError) -> Void
    ) {
        self.store = store
        self.session = session
        self.rate = rate
        self.channels = channels
        self.newID = newID
        self.announce = announce
    }

    /// Takes the session's next audio.
    ///
    /// - Returns: the reason why no audio is kept from here on; nil when there is none. The reason is returned once.
    package func append(_ pcm: [Int16], from position: SampleIndex) async -> MediaError? {
        guard !hasFailed else { return nil }
        do throws(MediaError) {
            let writer: Writer
            if let open = self.writer { writer = open } else { writer = try await open(at: position) }
            self.writer = writer
            // Audio that was dropped becomes silence, so that the later audio keeps its position.
            var missing = Int((position - (writer.start + writer.file.count)).samples) * channels
            while missing > 0 {
                let count = min(missing, Int(rate.hertz) * channels)
                try writer.file.append([Int16](repeating: 0, count: count))
                missing -= count
            }
            try writer.file.append(pcm)
            return nil
        } catch {
            hasFailed = true
            discard()
            return error
        }
    }

    /// Ends the file and stores it. Later audio goes into another file.
    ///
    /// - Returns: the complete file; nil when it would be empty.
    package func finish() async throws(StoreError) -> Kept? {
        guard let writer else { return nil }
        self.writer = nil
        completeThrough = writer.start + writer.file.count
        let id = newID()
        let place = session.flatMap { SessionAudioName(id: id, session: $0, start: (writer.start - .zero).duration(at: rate)).blob }
        guard let name = place ?? BlobName(id + ".opus") else { return nil }
        do throws(MediaError) {
            try writer.file.finish()
            try silence(writer)
        } catch { throw .notUsable(path: store.location, reason: "\(error)") }
        // The name of a session's file says where it belongs, for the next start. If not even the session is known then, the file goes too.
        try await announce(name.text, place == nil ? Self.standardTime : Self.sessionTime)
        let byteCount = try await store.put(writer.draft, as: name)
        return Kept(file: name, start: writer.start, count: writer.file.count, byteCount: byteCount)
    }

    /// Makes a time silent in the file that is being written, and in later ones.
    ///
    /// - Returns: true if the time begins in a complete file, which stays as it is.
    @discardableResult package func silence(_ range: SampleRange) -> Bool {
        silences.append(range)
        return range.start < completeThrough
    }

    private func silence(_ writer: Writer) throws(MediaError) {
        let whole = SampleRange(writer.start, count: writer.file.count)
        let times = silences.filter { $0.intersection(whole) != nil }.map { range in
            let start = (range.start - writer.start).duration(at: rate)
            return start..<max(start, (range.end - writer.start).duration(at: rate))
        }
        silences.removeAll { $0.end <= whole.end }
        guard !times.isEmpty else { return }
        _ = try OggOpusCut.silence(writer.draft.path, times, of: writer.draft.path)
    }

    /// Discards the file that is being written.
    package func discard() { writer = nil }

    /// Deletes a complete file.
    package func remove(_ kept: Kept) async throws(StoreError) { try await store.delete(kept.file) }

    private func open(at position: SampleIndex) async throws(MediaError) -> Writer {
        let draft: BlobDraft
        do throws(StoreError) { draft = try await store.makeDraft() } catch { throw .unreadable("\(error)") }
        return try Writer(draft, start: position, rate: rate, channels: channels)
    }
}
