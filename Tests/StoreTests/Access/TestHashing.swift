import Speech
import Store
import Synchronization

/// A time of day that the test sets.
final class TestClock: Sendable {
    private let time = Mutex(UnixTime(milliseconds: 1_000))

    var now: UnixTime {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

/// Foreseeable and not secure: what these tests need.
final class TestHashing: KeyHashing {
    private let counter = Mutex<UInt64>(1)
    let isBroken = Mutex(false)

    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8] {
        if isBroken.withLock({ $0 }) { return [] }
        var code: [UInt8] = []
        for lane in 0..<4 as Range<UInt64> {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ lane
            for byte in secret + message { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            withUnsafeBytes(of: hash) { code += $0 }
        }
        return code
    }

    func randomBytes(_ count: Int) -> [UInt8]? {
        isBroken.withLock { $0 }
            ? nil
            : (0..<count).map { _ in
                counter.withLock { state in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(state >> 56)
                }
            }
    }

    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { a == b }
}
