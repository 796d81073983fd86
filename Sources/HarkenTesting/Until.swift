internal import Foundation
internal import Speech

/// Time after which a wait counts as hung. It is shorter than a suite's limit, which would name no line.
private let hangLimit: Duration = .seconds(300)

/// Pauses between two looks at a condition. They grow, so that a long wait takes little of the processors that others compute on.
private let pauses: (first: Duration, longest: Duration) = (.milliseconds(5), .milliseconds(25))

/// Waits until the condition is true. A condition that stays false for five minutes is a hang: the wait ends with an error that names its line.
///
/// - Parameter state: what the error shows besides.
public func until(
    showing state: @autoclosure () -> String = "", fileID: String = #fileID, line: Int = #line, _ condition: () async throws -> Bool
) async throws {
    let limit = Instant.now + hangLimit
    var pause = pauses.first
    while try await !condition() {
        guard Instant.now < limit else { throw Hang(place: "\(fileID):\(line)", state: state()) }
        try await Task.sleep(for: pause)
        pause = min(pause + .milliseconds(1), pauses.longest)
    }
}

/// Waits like `until`, but blocks the thread: for servers that several tests share.
public func untilBlocking(fileID: String = #fileID, line: Int = #line, _ condition: () throws -> Bool) throws {
    let limit = Instant.now + hangLimit
    while try !condition() {
        guard Instant.now < limit else { throw Hang(place: "\(fileID):\(line)", state: "") }
        usleep(20_000)
    }
}

/// Starts a server that several tests share; nil, and a line on standard error, when it does not start.
func started<Server>(_ start: () throws -> Server) -> Server? {
    do { return try start() } catch {
        FileHandle.standardError.write(Data("HarkenTesting: a server does not start: \(error)\n".utf8))
        return nil
    }
}

/// Waits until there is a value, like `until`, and returns it.
public func untilSome<Value>(
    fileID: String = #fileID, line: Int = #line, _ value: () async throws -> Value?
) async throws -> Value {
    var found: Value?
    try await until(fileID: fileID, line: line) {
        found = try await value()
        return found != nil
    }
    guard let found else { throw CancellationError() }
    return found
}

/// A wait that did not end.
public struct Hang: Error, CustomStringConvertible {
    let place: String
    let state: String

    public var description: String { "hangs: what \(place) waits for has not come in \(hangLimit). \(state)" }
}
