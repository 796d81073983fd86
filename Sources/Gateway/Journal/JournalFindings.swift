internal import Continuity
internal import Speech

/// What the segments of earlier runs hold of sessions that did not end.
struct JournalFindings {
    /// Whose blocks those are; the number is unique in its loop.
    struct Key: Hashable {
        var loop: Int
        var session: UInt64
    }

    private struct Open {
        var record: SessionRecord?
        var isNewer = false
        var audio: JournaledAudio
        var commits: [(commit: Commit, turn: Int)] = []
        var mends: [Commit] = []
        var files: Set<Int> = []
    }

    private(set) var files: [JournalFile] = []
    /// Of them, those that must stay as they are.
    private var foreign: Set<Int> = []
    private var open: [Key: Open] = [:]
    private var order: [Key] = []
    /// In the order in which they began.
    private(set) var sessions: [UnfinishedSession] = []

    /// Files of a loop come in the order of their numbers.
    mutating func read(_ file: JournalFile) throws(JournalError) -> JournalFile.ScanEnd {
        let index = files.count
        files.append(file)
        let end = try file.scan { block, payload, offset in take(block, payload, at: offset, in: file, index) }
        if end == .otherVersion { foreign.insert(index) }
        return end
    }

    private mutating func take(_ block: JournalBlock, _ payload: UnsafeRawBufferPointer, at offset: Int, in file: JournalFile, _ index: Int) {
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
        case .audio: open[key]?.audio.add(block, in: file, at: offset + JournalBlock.headerLength)
        case .commit:
            guard let commit = CommitRecord.decode(Array(payload)[...], start: block.position) else { return }
            open[key]?.commits.append(commit)
        case .mend:
            guard let commit = CommitRecord.decode(Array(payload)[...], start: block.position)?.commit else { return }
            open[key]?.mends.append(commit)
        case .closed: break
        }
    }

    /// All files were read.
    ///
    /// - Returns: files with sessions that only a newer version can read.
    mutating func finish() -> [JournalFile] {
        var newer: Set<Int> = []
        for key in order {
            guard let found = open[key] else { continue }
            if found.isNewer {
                newer.formUnion(found.files)
                continue
            }
            // Without its beginning, which the journal's limit took, nobody knows whose it is.
            guard let record = found.record else { continue }
            var transcript = SessionTranscript(rate: found.audio.rate, channels: found.audio.channels, received: found.audio.end - .zero)
            for (commit, turn) in found.commits { transcript.add(commit, turn: turn) }
            for mend in found.mends { transcript.mend(mend) }
            sessions.append(UnfinishedSession(record: record, transcript: transcript, audio: found.audio, files: found.files.subtracting(foreign)))
        }
        open = [:]
        order = []
        foreign.formUnion(newer)
        return newer.sorted().map { files[$0] }
    }

    /// All but these, and those that must stay as they are.
    func files(without needed: Set<Int>) -> [JournalFile] {
        files.indices.filter { !needed.contains($0) && !foreign.contains($0) }.map { files[$0] }
    }
}

/// A session that an earlier run did not end.
struct UnfinishedSession: Sendable {
    var record: SessionRecord
    /// What was committed.
    var transcript: SessionTranscript
    var audio: JournaledAudio
    /// In which of the files it is.
    var files: Set<Int>
}
