/// Waits until something is so, however long that takes: a test that hangs is ended by its suite's time limit, which cancels it.
package func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
