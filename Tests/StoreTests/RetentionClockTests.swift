import Foundation
import HarkenTesting
import Speech
@testable import Store
import Synchronization
import Testing

@Suite struct `The time by which ages are judged` {
    private static let start = UnixTime(milliseconds: 1_800_000_000_000), day = Duration.seconds(86_400)
    private let instant = Instant.now

    @Test func `is the system's while that goes on`() {
        var clock = RetentionClock(after: Self.start, wall: Self.start + Self.day, at: instant)
        #expect(clock.isBelieved)
        for hours in 1...100 {
            let passed = Duration.seconds(3_600 * hours)
            #expect(clock.look(at: Self.start + Self.day + passed, instant + passed) == Self.start + Self.day + passed)
        }
        // A clock that is set back makes nothing older.
        #expect(clock.look(at: Self.start, instant + .seconds(360_001)) == Self.start)
    }

    @Test(arguments: [true, false]) func `does not follow a jump ahead before it has lasted an hour`(isAtStart: Bool) {
        let wall = Self.start + Self.day * 60
        var clock = RetentionClock(after: isAtStart ? Self.start : nil, wall: isAtStart ? wall : Self.start, at: instant)
        #expect(clock.isBelieved == !isAtStart)
        for minutes in [1, 30, 59] {
            let passed = Duration.seconds(60 * minutes)
            #expect(clock.look(at: wall + passed, instant + passed) == Self.start + passed && !clock.isBelieved)
        }
        #expect(clock.look(at: wall + .seconds(3_660), instant + .seconds(3_660)) == wall + .seconds(3_660) && clock.isBelieved)
    }

    @Test func `forgets a jump that was put right`() {
        var clock = RetentionClock(after: Self.start, wall: Self.start + Self.day * 60, at: instant)
        let right = Self.start + .seconds(90)
        #expect(clock.look(at: right, instant + .seconds(90)) == right && clock.isBelieved)
        #expect(clock.look(at: Self.start + Self.day * 60, instant + .seconds(4_000)) < Self.start + Self.day)
    }

    @Test func `is remembered by the data directory`() throws {
        let folder = TemporaryFolder(), directory = try DataDirectory(creating: folder.path)
        let wall = Mutex(Self.start)
        func open() -> RetentionTime { RetentionTime(in: directory, wall: { wall.withLock { $0 } }, instant: { instant }) }
        #expect(open().isBelieved, "the first run has nothing to go by")
        try open().keep()
        wall.withLock { $0 = Self.start + Self.day * 60 }
        let jumped = open()
        #expect(!jumped.isBelieved && jumped.now() == Self.start)
        // A time that is not believed is not remembered as one that is.
        try jumped.keep()
        #expect(!open().isBelieved)
        wall.withLock { $0 = Self.start + Self.day }
        #expect(open().isBelieved)
        // What is not a time says nothing.
        for text in ["banana", "", "9223372036854775807\n"] {
            _ = try folder.write(Array(text.utf8), as: RetentionTime.fileName)
            #expect(open().isBelieved)
        }
    }

    @Test func `is not believed at once where the remembered time cannot be read`() throws {
        let folder = TemporaryFolder(), directory = try DataDirectory(creating: folder.path)
        // A name that stands for a folder cannot be read, by root neither.
        try FileManager.default.createDirectory(atPath: folder.path(of: RetentionTime.fileName), withIntermediateDirectories: false)
        let passed = Mutex(Duration.zero)
        let time = RetentionTime(
            in: directory, wall: { Self.start + passed.withLock { $0 } }, instant: { instant + passed.withLock { $0 } })
        #expect(!time.isBelieved && time.now() < Self.start)
        passed.withLock { $0 = .seconds(3_600) }
        #expect(time.now() == Self.start + .seconds(3_600) && time.isBelieved)
    }

    /// Lets a gateway run for 40 minutes, the first time `days` after the start, and returns the time that is believed at the end of each run.
    private func runs(_ days: [Int]) -> [UnixTime] {
        var last = Self.start, jump: ClockJump?
        return days.map { day in
            let wall = Self.start + Self.day * day, passed = Duration.seconds(2_400)
            var clock = RetentionClock(after: last, jump: jump, wall: wall, at: instant)
            last = clock.look(at: wall + passed, instant + passed)
            jump = clock.jump
            return last
        }
    }

    @Test func `follows a clock that has been ahead for an hour in several runs`() {
        let short = Duration.seconds(2_400)
        #expect(runs([3, 4, 5]) == [Self.start + short, Self.start + Self.day * 4 + short, Self.start + Self.day * 5 + short])
        // With three days between two runs the clock is always far ahead. What was seen for an hour is believed.
        #expect(
            runs([3, 6, 9, 12]) == [
                Self.start + short, Self.start + Self.day * 3 + short * 2, Self.start + Self.day * 3 + short * 3,
                Self.start + Self.day * 6 + short * 3,
            ])
    }

    @Test func `does not follow at once a clock that jumps again before it is believed`() {
        let first = Self.start + Self.day * 60, wall = Self.start + Self.day * 2_000
        var clock = RetentionClock(after: Self.start, jump: ClockJump(to: first, held: .seconds(3_540)), wall: wall, at: instant)
        for seconds in [60, 120, 3_600] {
            let passed = Duration.seconds(seconds)
            #expect(clock.look(at: wall + passed, instant + passed) == first + passed && !clock.isBelieved)
        }
        #expect(clock.look(at: wall + .seconds(3_660), instant + .seconds(3_660)) == wall + .seconds(3_660) && clock.isBelieved)
    }

    @Test func `does not count the time of a clock that was set back since`() {
        let wall = Self.start + Self.day * 30
        let jump = ClockJump(to: Self.start + Self.day * 60, held: .seconds(3_540))
        var clock = RetentionClock(after: Self.start, jump: jump, wall: wall, at: instant)
        #expect(clock.look(at: wall + .seconds(3_540), instant + .seconds(3_540)) == Self.start + .seconds(3_540) && !clock.isBelieved)
        // A correction by seconds is none.
        #expect(clock.look(at: wall + .seconds(3_590), instant + .seconds(3_600)) == wall + .seconds(3_590) && clock.isBelieved)
    }

    @Test func `is remembered with a clock that is not believed yet, in a form that earlier versions read`() throws {
        let folder = TemporaryFolder(), directory = try DataDirectory(creating: folder.path)
        let passed = Mutex(Duration.zero), jumped = Self.start + Self.day * 60
        func open() -> RetentionTime {
            RetentionTime(in: directory, wall: { jumped + passed.withLock { $0 } }, instant: { instant + passed.withLock { $0 } })
        }
        func lines() throws -> [Substring] {
            let bytes = try #require(try PrivateFile.read(folder.path(of: RetentionTime.fileName), limit: 1_000))
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        }
        _ = try folder.write(Array("\(Self.start.milliseconds)\n".utf8), as: RetentionTime.fileName)
        let first = open()
        passed.withLock { $0 = .seconds(2_400) }
        try first.keep()
        let remembered = Self.start + .seconds(2_400)
        #expect(try lines() == ["\(remembered.milliseconds)", "\((jumped + .seconds(2_400)).milliseconds) 2400"])
        let second = open()
        #expect(second.now() == remembered && !second.isBelieved)
        passed.withLock { $0 = .seconds(3_600) }
        #expect(second.now() == jumped + .seconds(3_600) && second.isBelieved)
        try second.keep()
        #expect(try lines() == ["\((jumped + .seconds(3_600)).milliseconds)"])
    }

    @Test(arguments: ["banana", "1 2 3", "9223372036854775807 10", "1805184000000 -5", "1805184000000 3600", "1805184000000 9223372036854775807"])
    func `is not read from a second line that says nothing`(line: String) throws {
        let folder = TemporaryFolder(), directory = try DataDirectory(creating: folder.path)
        let passed = Mutex(Duration.zero)
        _ = try folder.write(Array("\(Self.start.milliseconds)\n\(line)\n".utf8), as: RetentionTime.fileName)
        let time = RetentionTime(
            in: directory, wall: { Self.start + Self.day * 60 + passed.withLock { $0 } }, instant: { instant + passed.withLock { $0 } })
        passed.withLock { $0 = .seconds(3_540) }
        #expect(time.now() == Self.start + .seconds(3_540) && !time.isBelieved)
    }
}
