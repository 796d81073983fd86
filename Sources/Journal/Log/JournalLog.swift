package import Continuity
internal import Glibc
package import Observability
package import Speech
internal import Synchronization

/// The audio and commits of all sessions of one loop, in one append-only log.
///
/// Belongs to its loop. Appended bytes outlive the process at once, because they are in a ring of pages that the kernel keeps: no write is needed
/// before the audio is sent on. A thread writes the pages to the log's files. Reading happens on the loop: it is short, and nearly always from
/// memory.
package final class JournalLog {
    private let directory: String
    /// The log's number, unique in the directory.
    private let loop: Int
    private let limits: JournalLimits
    private let log: Log
    private let writer: JournalWriter
    private let ring: JournalRing
    private var segments: [UInt32: JournalSegment] = [:]
    /// Checkpoints of segments whose audio the size limit removed, each with its sessions that have not ended.
    private var remains: [UInt32: (remains: JournalCheckpoint, sessions: Set<UInt64>)] = [:]
    /// Sessions with blocks that are not in the log or may never have reached the disk.
    private var doubtful: Set<UInt64> = []
    private var current: JournalSegment?
    /// The page for the next bytes of the current segment; nil: there is none.
    private var page: JournalPage?
    private var nextSegment: UInt32 = 0
    private var nextSession: UInt64
    private var isFailing = false
    /// Time from which the log may leave a segment that cannot be synced for a new one.
    private var nextTry: Instant?
    /// Minimum time between two segments that are begun because of a failed sync, so that a broken disk does not get a file for each attempt.
    private static let betweenTries: Duration = .seconds(10)
    /// Numbers of the sessions that have blocks in the log, for `erasing`.
    private var numbers: [ID<Session>: UInt64] = [:]
    /// Erasures whose last attempt has failed. The owner tries them again.
    package private(set) var unfinishedErasures: [JournalErasing] = []
    /// Numbers of the users with audio or words in the log; no number is used twice.
    private var users: [String: Int] = [:]
    private var lastUser = 0
    /// User numbers of the sessions that have not ended, by session number.
    private var owners: [UInt64: Int] = [:]
    /// Users with more than their share of a full log. Their audio is not journaled now.
    private var heldBack: Set<Int> = []

    /// - Parameters:
    ///   - directory: the writer's directory.
    ///   - loop: index of the loop in this process.
    ///   - startedAt: the start of this run in milliseconds since 1970; makes session numbers differ from those of earlier runs.
    package init(directory: String, loop: Int, limits: JournalLimits, startedAt milliseconds: Int64, writer: JournalWriter, log: Log)
        throws(JournalError)
    {
        self.directory = directory
        let number = writer.run.log(ofLoop: loop)
        self.loop = number
        self.limits = limits
        self.log = log
        self.writer = writer
        ring = try JournalRing(creating: "\(directory)/\(number)\(JournalWriter.ringSuffix)", writer: writer)
        nextSession = UInt64(truncatingIfNeeded: milliseconds) << 20
        nextSegment = writer.earlier.claim(number)
    }

    /// True if the disk takes nothing more.
    package var isRefused: Bool { isFailing || writer.isRefused }

    /// Returns the place of a new session, which has no blocks in the log yet.
    package func cursor(rate: SampleRate, channels: Int) -> JournalCursor {
        nextSession += 1
        return JournalCursor(session: nextSession, rate: rate, channels: channels)
    }

    /// Begins a session's part of the log.
    package func open(_ record: SessionRecord, cursor: inout JournalCursor) {
        numbers[record.id] = cursor.session
        cursor.user = number(of: record.user.rawValue)
        owners[cursor.session] = cursor.user
        replace(record, cursor: &cursor)
    }

    /// Replaces the record of a session, because it has changed.
    package func replace(_ record: SessionRecord, cursor: inout JournalCursor) {
        let opening = record.encoded()
        cursor.opening = opening
        opening.withUnsafeBytes { bytes in _ = append(.opened, at: .zero, payload: bytes, cursor: &cursor) }
    }

    /// Appends audio of a session.
    ///
    /// - Parameter pcm: 16-bit little-endian PCM, interleaved, beginning at `range.start`.
    package func append(audio pcm: UnsafeRawBufferPointer, _ range: SampleRange, cursor: inout JournalCursor) {
        guard heldBack.isEmpty || !heldBack.contains(cursor.user) else {
            // The session's words are journaled all the same.
            doubtful.insert(cursor.session)
            return
        }
        guard let location = append(.audio, at: range.start, payload: pcm, cursor: &cursor) else { return }
        cursor.index.wroteAudio(through: range.end, at: location)
    }

    /// Appends a commit of a session.
    ///
    /// - Parameter record: the commit, encoded by `CommitRecord`.
    package func append(commit record: [UInt8], at start: SampleIndex, cursor: inout JournalCursor) {
        record.withUnsafeBytes { bytes in _ = append(.commit, at: start, payload: bytes, cursor: &cursor) }
    }

    /// Appends the words of a backfill.
    ///
    /// - Parameter record: words for a gap that was reported to the client, encoded as a commit.
    package func append(mend record: [UInt8], at start: SampleIndex, cursor: inout JournalCursor) {
        record.withUnsafeBytes { bytes in _ = append(.mend, at: start, payload: bytes, cursor: &cursor) }
    }

    /// Ends a session's part of the log, when its transcript is stored elsewhere. Its audio may then be removed.
    package func close(_ cursor: inout JournalCursor, at end: SampleIndex) {
        append(.closed, at: end, payload: UnsafeRawBufferPointer(start: nil, count: 0), cursor: &cursor)
        for (number, segment) in segments where segment.sessions.remove(cursor.session) != nil {
            if segment !== current && segment.sessions.isEmpty { drop(number) }
        }
        for (number, left) in remains where left.sessions.contains(cursor.session) {
            remains[number]?.sessions.remove(cursor.session)
            guard left.sessions.count == 1 else { continue }
            remains[number] = nil
            writer.remove(left.remains)
        }
        doubtful.remove(cursor.session)
        owners[cursor.session] = nil
        if !heldBack.isEmpty { holdBack(by: shares()) }
    }

    private func number(of user: String) -> Int {
        if let known = users[user] { return known }
        lastUser += 1
        users[user] = lastUser
        return lastUser
    }

    /// Returns the present end of the session's part of the log, for `isDurable`.
    package func mark(_ cursor: JournalCursor, through end: SampleIndex) -> JournalMark {
        let last = cursor.index.last
        let length = last == .none ? 0 : segments[last.segment]?.length ?? 0
        return JournalMark(end: end, session: cursor.session, segment: last.segment, length: length)
    }

    /// Returns true if everything in the log at the time of the mark survives a power cut, as far as the sync policy allows.
    package func isDurable(_ mark: JournalMark) -> Bool {
        // The mark covers all earlier blocks too.
        guard !doubtful.contains(mark.session) else { return false }
        guard limits.sync != .never else { return true }
        // A later successful sync does not repair a failed sync of an older segment.
        return segments.allSatisfy { number, segment in
            if number == mark.segment { return segment.synced.load(ordering: .acquiring) >= mark.length }
            return number > mark.segment || !segment.sessions.contains(mark.session) || segment.isSynced
        }
    }

    /// Waits until everything is in the log's files and on the disk.
    package func finish() {
        writer.finish(segments.values)
    }

    /// Calls `body` with the audio of `range`, in order, in pieces. Fails when a part of the audio was not journaled or was removed.
    package func read(_ range: SampleRange, cursor: JournalCursor, _ body: (UnsafeRawBufferPointer) -> Void) throws(JournalError) {
        let frame = 2 * cursor.channels
        var pieces: [(location: JournalLocation, skip: Int, count: Int)] = []
        var location = cursor.index.start(forAudioThrough: range.end)
        while location != .none {
            guard let segment = segments[location.segment] else { throw .expired }
            let block = try header(at: location, in: segment)
            guard block.session == cursor.session else { throw .cannotRead(path: segment.path, reason: "the blocks of the file are not in order") }
            if block.kind == .audio {
                let held = SampleRange(block.position, count: SampleCount(block.payloadLength / frame))
                if let part = held.intersection(range) {
                    pieces.append((location, Int((part.start - held.start).samples) * frame, Int(part.count.samples) * frame))
                }
                if held.start <= range.start { break }
            }
            location = block.previous
        }
        guard pieces.reduce(0, { $0 + $1.count }) == Int(range.count.samples) * frame else { throw .notJournaled }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieces.reduce(0) { max($0, $1.count) }, alignment: 16)
        defer { buffer.deallocate() }
        for piece in pieces.reversed() {
            guard let segment = segments[piece.location.segment] else { throw .expired }
            let offset = Int(piece.location.offset) + JournalBlock.headerLength + piece.skip
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(piece.count))
            try read(bytes, at: offset, in: segment)
            body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Appends a block; returns nil when there is no room for it.
    @discardableResult
    private func append(
        _ kind: JournalBlock.Kind, at position: SampleIndex, payload: UnsafeRawBufferPointer, cursor: inout JournalCursor
    ) -> JournalLocation? {
        let location = segmentForWriting().flatMap { segment -> JournalLocation? in
            // Each segment names the sessions of its blocks, because earlier segments may be removed while a session goes on.
            if kind != .opened, kind != .closed, cursor.index.last.segment != segment.number, !cursor.opening.isEmpty {
                let opening = cursor.opening
                guard opening.withUnsafeBytes({ put(.opened, at: .zero, payload: $0, cursor: &cursor, in: segment) }) != nil else { return nil }
            }
            return put(kind, at: position, payload: payload, cursor: &cursor, in: segment)
        }
        if location == nil { doubtful.insert(cursor.session) }
        return location
    }

    private func put(
        _ kind: JournalBlock.Kind, at position: SampleIndex, payload: UnsafeRawBufferPointer, cursor: inout JournalCursor, in segment: JournalSegment
    ) -> JournalLocation? {
        let location = JournalLocation(segment: segment.number, offset: UInt32(segment.length))
        let block = JournalBlock(
            kind: kind, session: cursor.session, position: position, previous: cursor.index.last, rate: cursor.rate, channels: cursor.channels,
            payloadLength: payload.count)
        if let page, page.room >= block.length {
            block.write(payload: payload, to: page.bytes + page.count)
            page.grow(by: block.length)
        } else {
            guard appendInPieces(block, payload, to: segment) else { return nil }
        }
        segment.length += block.length
        segment.byUser[cursor.user, default: 0] += block.length
        writer.appended(to: segment)
        if cursor.index.last.segment != location.segment {
            segment.sessions.insert(cursor.session)
            segment.held.insert(cursor.session)
        }
        cursor.index.wrote(location)
        return location
    }

    /// Appends a block that does not fit into the present page.
    private func appendInPieces(_ block: JournalBlock, _ payload: UnsafeRawBufferPointer, to segment: JournalSegment) -> Bool {
        let room = page?.room ?? 0
        let more: [JournalPage]
        do {
            more = try ring.take((block.length - room + JournalPage.size - 1) / JournalPage.size)
            isFailing = false
        } catch {
            failed(error)
            return false
        }
        var bytes: [UInt8] = []
        block.append(payload: payload, to: &bytes)
        bytes.withUnsafeBytes { bytes in
            page?.append(UnsafeRawBufferPointer(rebasing: bytes[..<room]))
            var start = room
            for next in more {
                sealPage(of: segment)
                segment.begin(next)
                page = next
                let end = min(start + JournalPage.size, bytes.count)
                next.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
        return true
    }

    private func sealPage(of segment: JournalSegment) {
        guard let page else { return }
        page.seal()
        self.page = nil
        writer.filled(segment)
    }

    private func segmentForWriting() -> JournalSegment? {
        if let current {
            guard current.length >= limits.segmentBytes || mayLeave(current) else { return current }
            sealPage(of: current)
            self.current = nil
        }
        do {
            let segment = try JournalSegment(directory: directory, loop: loop, number: nextSegment)
            segments[nextSegment] = segment
            nextSegment += 1
            current = segment
            keepWithinLimit()
            return segment
        } catch {
            failed(error)
            return nil
        }
    }

    /// Returns true if a new segment may be begun. After a failed sync, later bytes of a segment are never known to be on the disk; those of a new
    /// segment may be.
    private func mayLeave(_ segment: JournalSegment) -> Bool {
        guard segment.isBroken.load(ordering: .relaxed) else { return false }
        let now = Instant.now
        if let nextTry, now < nextTry { return false }
        nextTry = now + Self.betweenTries
        return true
    }

    /// Logs an error once, until there is room again. Sessions go on without a journal.
    private func failed(_ error: JournalError) {
        if !isFailing { log.error("audio is not journaled", [.error: "\(error)"]) }
        isFailing = true
    }

    private func keepWithinLimit() {
        for (number, segment) in segments where segment !== current && segment.sessions.isEmpty { drop(number) }
        // The new segment's room is reserved from the start.
        let room = limits.logBytes - limits.segmentBytes
        var total =
            writer.earlier.bytes(ofLoop: loop) + segments.values.reduce(0) { $0 + $1.length }
            + remains.values.reduce(0) { $0 + $1.remains.bytes.load(ordering: .relaxed) }
        while total > room, let bytes = writer.earlier.giveUpOldest(ofLoop: loop) {
            total -= bytes
            log.warning("journal limit reached, the oldest journal of an earlier run removed", [.bytes: "\(bytes)"])
        }
        var shares = shares()
        for number in shares.giveUp() {
            guard let segment = segments[number] else { continue }
            log.warning("journal limit reached, oldest audio removed", [.path: segment.path])
            giveUpAudio(of: segment)
        }
        holdBack(by: shares)
    }

    /// Returns the users' shares of the log.
    private func shares() -> JournalShares {
        let all = segments.values.sorted { $0.number < $1.number }.map { segment in
            JournalShares.Segment(
                number: segment.number, bytes: segment.length, byUser: segment.byUser, unfinished: Set(segment.sessions.compactMap { owners[$0] }),
                isCurrent: segment === current)
        }
        let others = writer.earlier.bytes(ofLoop: loop) + remains.values.reduce(0) { $0 + $1.remains.bytes.load(ordering: .relaxed) }
        // The new segment's room is reserved from the start.
        return JournalShares(all, others: others, room: limits.logBytes - limits.segmentBytes)
    }

    private func holdBack(by shares: JournalShares) {
        let users = shares.heldBack
        if !users.isSubset(of: heldBack) {
            log.warning(
                "audio of users who exceed their share of the journal is not journaled until there is room", [.count: "\(users.count)"])
        }
        heldBack = users
    }

    /// Removes the audio of a segment. The words that clients were shown stay in a checkpoint.
    private func giveUpAudio(of segment: JournalSegment) {
        segments[segment.number] = nil
        if limits.sync != .never, !segment.isSynced { doubtful.formUnion(segment.sessions) }
        let left = JournalCheckpoint(of: segment, loop: loop)
        remains[segment.number] = (left, segment.sessions)
        writer.reduce(segment, to: left)
    }

    private func drop(_ number: UInt32) {
        guard let segment = segments.removeValue(forKey: number) else { return }
        segment.delete()
        let held = (segments.values.map(\.held) + remains.values.map(\.remains.sessions)).reduce(into: Set<UInt64>()) { $0.formUnion($1) }
        numbers = numbers.filter { held.contains($0.value) }
        let known = segments.values.reduce(into: Set(owners.values)) { $0.formUnion($1.byUser.keys) }
        users = users.filter { known.contains($0.value) }
    }

    // MARK: - Erasure

    /// Begins to erase the blocks of sessions that are over. Segments without other sessions are deleted at once. The returned `JournalErasing`
    /// erases the rest.
    ///
    /// - Returns: nil when nothing is left to erase.
    package func erasing(_ sessions: some Sequence<ID<Session>>) -> JournalErasing? {
        let live = (segments.values.map(\.sessions) + remains.values.map(\.sessions)).reduce(into: Set<UInt64>()) { $0.formUnion($1) }
        var over: Set<UInt64> = []
        for session in sessions {
            guard let number = numbers[session], !live.contains(number) else { continue }
            over.insert(number)
            numbers[session] = nil
        }
        let concerned = segments.filter { !$0.value.held.isDisjoint(with: over) }
        let words = remains.values.map(\.remains).filter { !$0.sessions.isDisjoint(with: over) }
        guard !concerned.isEmpty || !words.isEmpty else { return nil }
        if let current, concerned[current.number] != nil {
            // The current segment gets no more blocks; the next block begins a new segment.
            sealPage(of: current)
            self.current = nil
        }
        for (number, segment) in concerned where segment.sessions.isEmpty { drop(number) }
        return JournalErasing(
            sessions: over, segments: concerned.keys.sorted().compactMap { concerned[$0] }, remains: words, loop: loop, writer: writer)
    }

    /// Takes the end of an attempt of an erasure, and clears the ring, so that no erased bytes are left in memory that outlives the process.
    ///
    /// - Parameter isComplete: false when the attempt has failed.
    package func ended(_ erasing: JournalErasing, isComplete: Bool) {
        ring.clear()
        // No other erasure has these sessions.
        unfinishedErasures.removeAll { $0.sessions == erasing.sessions }
        if !isComplete { unfinishedErasures.append(erasing) }
    }

    private func header(at location: JournalLocation, in segment: JournalSegment) throws(JournalError) -> JournalBlock {
        var bytes: [UInt8] = Array(repeating: 0, count: JournalBlock.headerLength)
        var span = bytes.mutableSpan
        try span.withUnsafeMutableBytes { (buffer) throws(JournalError) in try read(buffer, at: Int(location.offset), in: segment) }
        guard let block = bytes.withUnsafeBytes({ JournalBlock(header: $0) }) else {
            throw .cannotRead(path: segment.path, reason: "no block begins at byte \(location.offset)")
        }
        return block
    }

    /// Reads each stretch from its page, or else from the segment's file.
    private func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int, in segment: JournalSegment) throws(JournalError) {
        var done = 0
        while done < buffer.count {
            let (stretch, start) = (offset + done).quotientAndRemainder(dividingBy: JournalPage.size)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(JournalPage.size - start))
            if let page = ring.page(segment: segment.number, stretch: stretch) {
                guard start + piece.count <= page.count else { throw .cannotRead(path: segment.path, reason: "the file ends before byte \(offset)") }
                piece.copyMemory(from: UnsafeRawBufferPointer(start: page.bytes + start, count: piece.count))
            } else {
                try segment.read(piece, at: offset + done)
            }
            done += piece.count
        }
    }
}
