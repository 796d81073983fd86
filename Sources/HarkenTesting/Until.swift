/// Waits until the condition is true, without a time limit: the time limit of the suite cancels a test that hangs.
package func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
