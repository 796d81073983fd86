package import Continuity
internal import Speech

/// The blocks in segments of earlier runs that belong to sessions that did not end.
package struct JournalFindings {
    /// The session that a block belongs to. The session's number is unique in its loop.
    package struct Key: Hashable {
        package var loop: Int
        package var session: UInt64

        package init(loop: Int, session: UInt64) {
            self.loop = loop
            self.session = session
        }
    }

    private struct Open {
        var record: SessionRecord?
        var isNewer = false
        var audio: JournaledAudio
        /// End of the session's audio, including audio that is not in the journal: the size limit removed it, or there was no room when it came.
        var end = SampleIndex.zero
        var commits: [(commit: Commit, turn: Int)] = []
        var mends: [Commit] = []
        var files: Set<Int> = []

        mutating func reach(_ position: SampleIndex) { end = max(end, position) }
    }

    package private(set) var files: [JournalFile] = []
    /// Indices of the files that must stay as they are.
    private var foreign: Set<Int> = []
    private var open: [Key: Open] = [:]
    private var order: [Key] = []
    /// The unfinished sessions, in the order in which they began.
    package private(set) var sessions: [UnfinishedSession] = []
    /// Totals over sessions without a record: number of sessions, duration of audio, number of words.
    package private(set) var nameless = (sessions: 0, audio: Duration.zero, words: 0)

    /// Reads a file. The files of a loop come in the order of their numbers. A file that cannot be read to its end is never changed.
    package mutating func read(_ file: JournalFile) throws(JournalError) -> JournalFile.ScanEnd {
        let index = files.count
        files.append(file)
        do throws(JournalError) {
            let end = try file.scan { block, payload, offset in take(block, payload, at: offset, in: file, index) }
            if end == .otherVersion { foreign.insert(index) }
            return end
        } catch {
            foreign.insert(index)
            throw error
        }
    }

    private mutating func take(_ block: JournalBlock, _ payload: UnsafeRawBufferPointer, at offset: Int, in file: JournalFile, _ index: Int) {
        if block.kind == .erased { return }
        let key = Key(loop: file.loop, session: block.session)
        if block.kind == .closed {
            open[key] = nil
            return
        }
        if open[key] == nil {
            open[key] = Open(audio: JournaledAudio(rate: block.rate, channels: max(1, block.channels)))
            order.append(key)
        }
        open[key]?.files.insert(index)
        switch block.kind {
        case .opened:
            do throws(SessionRecord.Unreadable) {
                open[key]?.record = try SessionRecord(decoding: Array(payload))
            } catch {
                open[key]?.isNewer = error == .newer
            }
        case .audio:
            open[key]?.audio.add(block, in: file, at: offset + JournalBlock.headerLength)
            open[key]?.reach(block.position + SampleCount(block.payloadLength / (2 * max(1, block.channels))))
        case .commit:
            guard let commit = CommitRecord.decode(Array(payload)[...], start: block.position) else { return }
            open[key]?.commits.append(commit)
        case .mend:
            guard let commit = CommitRecord.decode(Array(payload)[...], start: block.position)?.commit else { return }
            open[key]?.mends.append(commit)
        case .closed, .erased: break
        }
    }

    /// Ends the reading. Called when all files were read.
    ///
    /// - Returns: files with sessions that only a newer version can read.
    package mutating func finish() -> [JournalFile] {
        var newer: Set<Int> = []
        for key in order {
            guard let found = open[key] else { continue }
            if found.isNewer {
                newer.formUnion(found.files)
                continue
            }
            // The session's user is not known.
            guard let record = found.record else {
                nameless.sessions += 1
                nameless.audio += found.audio.held(of: SampleRange(.zero, found.end)).reduce(.zero) { $0 + $1.count.duration(at: found.audio.rate) }
                nameless.words += found.commits.reduce(0) { $0 + $1.commit.words.count }
                continue
            }
            var transcript = SessionTranscript(rate: found.audio.rate, channels: found.audio.channels, received: found.end - .zero)
            for (commit, turn) in found.commits { transcript.add(commit, turn: turn) }
            for mend in found.mends { transcript.mend(mend) }
            sessions.append(UnfinishedSession(record: record, transcript: transcript, audio: found.audio, files: found.files.subtracting(foreign)))
        }
        open = [:]
        order = []
        foreign.formUnion(newer)
        return newer.sorted().map { files[$0] }
    }

    /// Returns the files except for those in `needed` and those that must stay as they are.
    package func files(without needed: Set<Int>) -> [JournalFile] {
        files.indices.filter { !needed.contains($0) && !foreign.contains($0) }.map { files[$0] }
    }
}

/// A session that an earlier run did not end.
package struct UnfinishedSession: Sendable {
    package var record: SessionRecord
    /// Transcript of the commits and backfills.
    package var transcript: SessionTranscript
    package var audio: JournaledAudio
    /// Indices of the files that hold the session.
    package var files: Set<Int>
}
