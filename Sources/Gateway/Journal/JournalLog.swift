internal import Continuity
internal import Foundation
internal import Glibc
package import Speech

/// The audio and commits of all sessions of one loop, in one append-only log: one write for everything that a batch of events brought.
///
/// Belongs to its loop. `flush` is called at the end of each batch, before sockets are written, so nothing leaves the process that is not in the
/// journal. Reading happens on the loop too: it is short, and from memory in all but the rarest cases.
package final class JournalLog {
    private let directory: String
    private let loop: Int
    private let limits: JournalLimits
    private let log: Log
    private let sync: JournalSync
    private var segments: [UInt32: SegmentBox] = [:]
    private var current: SegmentBox?
    private var nextSegment: UInt32 = 0
    private var nextSession: UInt64
    private var pending: [UInt8] = []
    /// Files of earlier runs, oldest first, with their sizes.
    private var earlier: [(path: String, bytes: Int)] = []
    private var isFailing = false

    /// Lets a `~Copyable` segment live in a dictionary.
    private final class SegmentBox {
        var segment: JournalSegment
        init(_ segment: consuming JournalSegment) { self.segment = segment }
    }

    /// - Parameter startedAt: makes session numbers differ from those of earlier runs.
    package init(directory: String, loop: Int, limits: JournalLimits, startedAt milliseconds: Int64, sync: JournalSync, log: Log) throws(JournalError)
    {
        self.directory = directory
        self.loop = loop
        self.limits = limits
        self.log = log
        self.sync = sync
        nextSession = UInt64(truncatingIfNeeded: milliseconds) << 20
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .cannotCreate(path: directory, reason: error.localizedDescription)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for (name, number) in names.compactMap({ name in JournalSegment.parse(name).map { (name, $0) } })
            .filter({ $0.1.loop == loop }).map({ ($0.0, $0.1.number) }).sorted(by: { $0.1 < $1.1 })
        {
            let path = "\(directory)/\(name)"
            let bytes = ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
            if bytes == 0 { unlink(path) } else { earlier.append((path, bytes)) }
            nextSegment = max(nextSegment, number + 1)
        }
        pending.reserveCapacity(64 << 10)
    }

    /// Begins a session's part of the log.
    package func open(_ id: ID<Session>, rate: SampleRate, channels: Int) -> JournalCursor {
        nextSession += 1
        var cursor = JournalCursor(session: nextSession, rate: rate, channels: channels)
        var text = id.rawValue
        _ = text.withUTF8 { append(.opened, at: .zero, payload: UnsafeRawBufferPointer($0), cursor: &cursor) }
        return cursor
    }

    /// - Parameter pcm: 16-bit little-endian, interleaved, beginning at `range.start`.
    package func append(audio pcm: UnsafeRawBufferPointer, _ range: SampleRange, cursor: inout JournalCursor) {
        guard let location = append(.audio, at: range.start, payload: pcm, cursor: &cursor) else { return }
        cursor.index.wroteAudio(through: range.end, at: location)
    }

    package func append(_ commit: Commit, turn: Int, cursor: inout JournalCursor) {
        CommitRecord.encode(commit, turn: turn).withUnsafeBytes { bytes in
            _ = append(.commit, at: commit.range.start, payload: bytes, cursor: &cursor)
        }
    }

    /// Ends a session's part of the log; its audio may go.
    package func close(_ cursor: inout JournalCursor, at end: SampleIndex) {
        append(.closed, at: end, payload: UnsafeRawBufferPointer(start: nil, count: 0), cursor: &cursor)
        flush()
        for (number, box) in segments where box.segment.sessions.remove(cursor.session) != nil {
            if box !== current && box.segment.sessions.isEmpty { drop(number) }
        }
    }

    package var hasPending: Bool { !pending.isEmpty }

    /// Writes what is pending.
    package func flush() {
        guard !pending.isEmpty, let current else { return }
        defer { pending.removeAll(keepingCapacity: pending.capacity <= 1 << 20) }
        do {
            try pending.span.withUnsafeBytes { (bytes) throws(JournalError) in try current.segment.write(bytes) }
            sync.wrote(current.segment.descriptor)
            isFailing = false
        } catch {
            // Captions go on without a journal rather than stop; said once, until a write succeeds again.
            if !isFailing { log.error("audio is not journaled", [.error: "\(error)"]) }
            isFailing = true
        }
        if current.segment.length >= limits.segmentBytes { self.current = nil }
    }

    /// Calls `body` with the audio of `range`, in order, in pieces.
    package func read(_ range: SampleRange, cursor: JournalCursor, _ body: (UnsafeRawBufferPointer) -> Void) throws(JournalError) {
        flush()
        let frame = 2 * cursor.channels
        var pieces: [(location: JournalLocation, skip: Int, count: Int)] = []
        var location = cursor.index.start(forAudioThrough: range.end)
        while location != .none {
            guard let box = segments[location.segment] else { throw .expired }
            let block = try header(at: location, in: box)
            guard block.session == cursor.session else { throw .cannotRead(path: box.segment.path, reason: "its blocks are not in order") }
            if block.kind == .audio {
                let held = SampleRange(block.position, count: SampleCount(block.payloadLength / frame))
                if let part = held.intersection(range) {
                    pieces.append((location, Int((part.start - held.start).samples) * frame, Int(part.count.samples) * frame))
                }
                if held.start <= range.start { break }
            }
            location = block.previous
        }
        var buffer: [UInt8] = []
        for piece in pieces.reversed() {
            guard let box = segments[piece.location.segment] else { throw .expired }
            buffer.removeAll(keepingCapacity: true)
            buffer.append(contentsOf: repeatElement(0, count: piece.count))
            let offset = Int(piece.location.offset) + JournalBlock.headerLength + piece.skip
            var span = buffer.mutableSpan
            try span.withUnsafeMutableBytes { (bytes) throws(JournalError) in try box.segment.read(bytes, at: offset) }
            buffer.withUnsafeBytes(body)
        }
    }

    @discardableResult
    private func append(
        _ kind: JournalBlock.Kind, at position: SampleIndex, payload: UnsafeRawBufferPointer, cursor: inout JournalCursor
    ) -> JournalLocation? {
        guard let box = segmentForWriting() else { return nil }
        let location = JournalLocation(segment: box.segment.number, offset: UInt32(box.segment.length + pending.count))
        let block = JournalBlock(
            kind: kind, session: cursor.session, position: position, previous: cursor.index.last, rate: cursor.rate, channels: cursor.channels,
            payloadLength: payload.count)
        block.append(payload: payload, to: &pending)
        if cursor.index.last.segment != location.segment { box.segment.sessions.insert(cursor.session) }
        cursor.index.wrote(location)
        return location
    }

    private func segmentForWriting() -> SegmentBox? {
        if let current {
            guard current.segment.length + pending.count >= limits.segmentBytes else { return current }
            flush()
            self.current = nil
        }
        do {
            let box = SegmentBox(try JournalSegment(directory: directory, loop: loop, number: nextSegment))
            segments[nextSegment] = box
            nextSegment += 1
            current = box
            keepWithinLimit()
            return box
        } catch {
            if !isFailing { log.error("audio is not journaled", [.error: "\(error)"]) }
            isFailing = true
            return nil
        }
    }

    private func keepWithinLimit() {
        var total = earlier.reduce(0) { $0 + $1.bytes } + segments.values.reduce(0) { $0 + $1.segment.length }
        while total > limits.logBytes, let oldest = earlier.first {
            unlink(oldest.path)
            total -= oldest.bytes
            earlier.removeFirst()
        }
        for number in segments.keys.sorted() where total > limits.logBytes {
            guard let box = segments[number], box !== current else { continue }
            total -= box.segment.length
            log.warning("journal limit reached, oldest audio removed", [.path: box.segment.path])
            drop(number)
        }
        for (number, box) in segments where box !== current && box.segment.sessions.isEmpty { drop(number) }
    }

    private func drop(_ number: UInt32) {
        guard let box = segments.removeValue(forKey: number) else { return }
        sync.forget(box.segment.descriptor)
        unlink(box.segment.path)
    }

    private func header(at location: JournalLocation, in box: SegmentBox) throws(JournalError) -> JournalBlock {
        var bytes: [UInt8] = Array(repeating: 0, count: JournalBlock.headerLength)
        var span = bytes.mutableSpan
        try span.withUnsafeMutableBytes { (buffer) throws(JournalError) in try box.segment.read(buffer, at: Int(location.offset)) }
        guard let block = bytes.withUnsafeBytes({ JournalBlock(header: $0) }) else {
            throw .cannotRead(path: box.segment.path, reason: "no block begins at byte \(location.offset)")
        }
        return block
    }
}
