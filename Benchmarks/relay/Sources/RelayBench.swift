import Net

/// The two ends of the relay bench: `vendor`, an echoing engine that speaks Deepgram's and AssemblyAI's protocols, and `load`, their clients.
@main
struct RelayBench {
    static func main() async throws {
        var options: [String: String] = [:]
        var words = CommandLine.arguments.dropFirst()
        let command = words.popFirst() ?? ""
        while let name = words.popFirst(), let value = words.popFirst() { options[String(name.drop { $0 == "-" })] = value }
        let group = try LoopGroup(count: 1)
        switch command {
        case "vendor": try await Vendor.run(on: group, port: UInt16(options["port"] ?? "") ?? 0)
        case "load":
            guard let url = options["url"] else { return usage() }
            let plan = Load.Plan(
                url: url, streams: Int(options["streams"] ?? "") ?? 100, seconds: Int(options["seconds"] ?? "") ?? 10,
                sendsAudio: options["audio"] != "no")
            try await Load(plan, on: group.next()).run()
        default: usage()
        }
    }

    private static func usage() {
        say("usage: relay-bench vendor --port PORT | load --url WS-URL --streams N --seconds S [--audio no]")
    }
}
