import Decoding
import Glibc
import Synchronization

@main
struct Harken {
    static func main() {
        // The decoders' process is handled first: it must not start threads, because it forks, and it reads no settings.
        if CommandLine.arguments.count > 1, CommandLine.arguments[1] == DecodeWorkers.command {
            DecodeFactory.run(Array(CommandLine.arguments.dropFirst(2)))
        }
        SignalWatcher.block()
        let context = CommandContext(environment: environment())
        switch CommandTable.request(Array(CommandLine.arguments.dropFirst()), environment: context.environment) {
        case .help(let text):
            context.output.write(text)
            exit(context.ended(.done, "harken").rawValue)
        case .wrong(let text):
            context.diagnostics.write(text.hasSuffix("\n") ? text : text + "\n")
            exit(ExitStatus.wrongUsage.rawValue)
        case .run(let command, let verbosity):
            var context = context
            context.verbosity = verbosity
            run(command, in: context)
        }
    }

    /// Runs a command on the pool, while this thread waits for signals. The first signal that asks the process to end cancels the command; a second
    /// signal ends the process at once.
    private static func run(_ command: any Command, in context: CommandContext) -> Never {
        let isInterrupted = Atomic<Bool>(false)
        let takesHangups = type(of: command).takesHangups
        let (hangups, hangup) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var context = context
        if takesHangups {
            // The signals are blocked before any thread starts.
            SignalWatcher.block(hangups: true)
            context.hangups = hangups
        }
        func waitForEnd() -> SignalWatcher.Cause {
            while true {
                let cause = SignalWatcher.wait(hangups: takesHangups)
                guard cause == .hangup else { return cause }
                hangup.yield()
            }
        }
        let work = Task { [context] in
            let status = context.ended(await command.run(context), "harken \(type(of: command).description.name)")
            // `_exit` in place of `exit`: libraries with threads of their own are not torn down, and Harken has no buffered output.
            _exit((isInterrupted.load(ordering: .acquiring) ? .interrupted : status).rawValue)
        }
        if waitForEnd() == .interrupt, !command.isEndedByInterruption { isInterrupted.store(true, ordering: .releasing) }
        work.cancel()
        _ = waitForEnd()
        _exit(ExitStatus.interrupted.rawValue)
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
