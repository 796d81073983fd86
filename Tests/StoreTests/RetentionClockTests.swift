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
        // A time that is not believed is not remembered either.
        try jumped.keep()
        #expect(!open().isBelieved)
        wall.withLock { $0 = Self.start + Self.day }
        #expect(open().isBelieved)
        // What is not a time says nothing.
        _ = try folder.write(Array("banana".utf8), as: RetentionTime.fileName)
        #expect(open().isBelieved)
    }
}
