/// The users' shares of a loop's journal. Decides which users' audio makes room when the journal is full.
///
/// A segment's file is the unit that is freed, and the audio of all sessions is mixed in it: taking the oldest file takes everybody's audio. So a client
/// that sends as fast as it can would push the unfinished audio of others out. The rule against it:
///
/// - Each user is charged for all that its sessions have put into the segments that are there, finished or not: also finished audio takes room as long
///   as a neighbour's session holds the file.
/// - A user is *heavy* who has more than an equal part of a quarter of the journal.
/// - Above three quarters, the oldest segments go in which nobody but heavy users has unfinished audio.
/// - Where there is none of these, heavy users are held back: their audio is not journaled (their words are), as on a full disk, until the journal is
///   below three quarters again. Their sessions go on.
///
/// The others together can add a quarter, so the journal stays within its limit without taking anything of theirs. One user alone is not held
/// back: its own oldest audio goes.
struct JournalShares: Sendable, Equatable {
    struct Segment: Sendable, Equatable {
        var number: UInt32
        var bytes: Int
        /// Number of bytes that each user has put into the segment.
        var byUser: [Int: Int]
        /// Users with sessions in it that have not ended.
        var unfinished: Set<Int>
        /// It is being written.
        var isCurrent = false
    }

    /// The oldest first.
    private(set) var segments: [Segment]
    /// Bytes of other files that count against the limit.
    let others: Int
    let room: Int

    init(_ segments: [Segment], others: Int, room: Int) {
        self.segments = segments
        self.others = others
        self.room = room
    }

    var total: Int { segments.reduce(others) { $0 + $1.bytes } }

    private var byUser: [Int: Int] { segments.reduce(into: [:]) { sums, segment in sums.merge(segment.byUser, uniquingKeysWith: +) } }

    /// Above it, heavy users make room.
    private var mark: Int { byUser.count > 1 ? room / 4 * 3 : room }

    /// Users with more than a fair share.
    private var heavy: Set<Int> {
        let sums = byUser
        guard sums.count > 1 else { return Set(sums.keys) }
        return Set(sums.filter { $0.value > room / 4 / sums.count }.keys)
    }

    /// Users whose audio is not taken now.
    var heldBack: Set<Int> { byUser.count > 1 && total > mark ? heavy : [] }

    /// Removes the segments whose audio is given up.
    ///
    /// - Returns: their numbers, the oldest first.
    mutating func giveUp() -> [UInt32] {
        var given: [UInt32] = []
        while total > mark {
            let heavy = heavy
            let index =
                segments.firstIndex { !$0.isCurrent && $0.unfinished.isSubset(of: heavy) }
                // The limit holds whatever happens. By the rule above it is not reached.
                ?? (total > room ? segments.firstIndex { !$0.isCurrent } : nil)
            guard let index else { break }
            given.append(segments.remove(at: index).number)
        }
        return given
    }
}
