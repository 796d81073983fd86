/// The line that shows how far a backup or a restore is: the archive, the step, and the bytes of the step.
struct ArchiveProgress: Sendable {
    /// The archive's name.
    let name: String
    let line: ProgressLine
    /// Time between two looks at what a step has written.
    var interval = Duration.milliseconds(500)

    init(_ name: String, in context: CommandContext) {
        self.name = name
        line = ProgressLine(in: context)
    }

    /// Shows a step at its beginning.
    func show(_ step: String) {
        // The line takes no text a moment after another one, and some steps have no other text.
        line.clear()
        line.show("\(name)  \(step)")
    }

    /// Shows the bytes of a step that are done.
    ///
    /// - Parameter total: number of bytes in the end; nil when it is not known.
    func show(_ step: String, _ done: Int, of total: Int?) { line.show(ProgressLine.text("\(name)  \(step)", bytes: done, of: total)) }

    /// Returns a function that takes the bytes of a step, some at a time, and shows how many there are by then. For one thread.
    func counter(_ step: String, of total: Int) -> (Int) -> Void {
        show(step)
        var done = 0
        return { count in
            done += count
            show(step, done, of: total)
        }
    }

    /// Does a step that cannot say how far it is, and shows the bytes that it has written.
    ///
    /// - Parameter written: returns the number of bytes that are written by now.
    func watch<Value>(
        _ step: String, of total: Int?, written: @escaping @Sendable () -> Int, _ body: () async throws -> Value
    ) async rethrows -> Value {
        show(step)
        // Nobody sees what was written, and many files take time to look at.
        guard line.isTerminal else { return try await body() }
        // The return cancels it and waits for it, before the next step is shown.
        async let _ = look(step, of: total, written)
        return try await body()
    }

    private func look(_ step: String, of total: Int?, _ written: @Sendable () -> Int) async {
        while (try? await Task.sleep(for: interval)) != nil { show(step, written(), of: total) }
    }
}
