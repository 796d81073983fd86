import Dispatch
import Glibc

@main
struct Harken {
    static func main() {
        Interruption.block()
        let surroundings = Surroundings(environment: environment())
        switch CommandTable.request(Array(CommandLine.arguments.dropFirst()), environment: surroundings.environment) {
        case .help(let text): surroundings.output.write(text)
        case .version: surroundings.output.writeLine("harken " + Version.current)
        case .wrong(let text):
            surroundings.diagnostics.write(text.hasSuffix("\n") ? text : text + "\n")
            exit(ExitStatus.wrongUsage.rawValue)
        case .run(let command):
            Task { await end(running: command, in: surroundings) }
            dispatchMain()
        }
    }

    /// Not `exit`: libraries with threads of their own are not torn down under them, and nothing of ours is buffered.
    private static func end(running command: any Command, in surroundings: Surroundings) async -> Never {
        let work = Task { await command.run(surroundings) }
        let watch = Task {
            let cause = await Interruption.first()
            work.cancel()
            return cause
        }
        let status = await work.value
        if work.isCancelled, await watch.value == .interrupt { _exit(ExitStatus.interrupted.rawValue) }
        _exit(status.rawValue)
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}
