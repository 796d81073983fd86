/// The users' shares of a loop's journal. Decides which users' audio makes room when the journal is full.
///
/// Space is freed by whole segment files, which hold the audio of many sessions: removing the oldest file removes audio of all users. A client that
/// sends as fast as it can would so remove other users' unfinished audio. The rule against that:
///
/// - Each user is charged for all audio of its sessions in the present segments, finished or not, because finished audio also takes room while
///   another session needs the file.
/// - A user with more than an equal part of a quarter of the journal is *heavy*.
/// - Above three quarters of the journal, the oldest segments in which only heavy users have unfinished audio are removed.
/// - If there are no such segments, heavy users are held back: their audio is not journaled (their words are), as on a full disk, until the journal
///   is below three quarters again. Their sessions go on.
///
/// The other users together can add a quarter, so the journal stays within its limit without removing their audio. A single user is not held back;
/// its own oldest audio is removed.
struct JournalShares: Sendable, Equatable {
    struct Segment: Sendable, Equatable {
        var number: UInt32
        var bytes: Int
        /// Number of bytes that each user has put into the segment.
        var byUser: [Int: Int]
        /// Users with sessions in the segment that have not ended.
        var unfinished: Set<Int>
        /// True if the segment is being written.
        var isCurrent = false
    }

    /// The segments, oldest first.
    private(set) var segments: [Segment]
    /// Number of bytes of other files that count against the limit.
    let others: Int
    let room: Int

    init(_ segments: [Segment], others: Int, room: Int) {
        self.segments = segments
        self.others = others
        self.room = room
    }

    var total: Int { segments.reduce(others) { $0 + $1.bytes } }

    private var byUser: [Int: Int] { segments.reduce(into: [:]) { sums, segment in sums.merge(segment.byUser, uniquingKeysWith: +) } }

    /// Number of bytes above which heavy users make room.
    private var mark: Int { byUser.count > 1 ? room / 4 * 3 : room }

    /// Users with more than a fair share.
    private var heavy: Set<Int> {
        let sums = byUser
        guard sums.count > 1 else { return Set(sums.keys) }
        return Set(sums.filter { $0.value > room / 4 / sums.count }.keys)
    }

    /// Users whose audio is not journaled now.
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
                // The limit holds in any case; the rule above keeps the journal from reaching it.
                ?? (total > room ? segments.firstIndex { !$0.isCurrent } : nil)
            guard let index else { break }
            given.append(segments.remove(at: index).number)
        }
        return given
    }
}
