import Audio
import Net

/// The client end of the listen bench, and what its parts cost by themselves.
@main
struct ListenBench {
    static func main() async throws {
        var options: [String: String] = [:]
        var words = CommandLine.arguments.dropFirst()
        let command = words.popFirst() ?? ""
        while let name = words.popFirst(), let value = words.popFirst() { options[String(name.drop { $0 == "-" })] = value }
        let clips = (options["clips"] ?? "").split(separator: ",").map(String.init)
        guard !clips.isEmpty else { return usage() }
        let track = try Track(clips: clips)
        switch command {
        case "load":
            guard let url = options["url"] else { return usage() }
            let group = try LoopGroup(count: 1)
            let plan = Load.Plan(url: url, streams: Int(options["streams"] ?? "") ?? 200, seconds: Int(options["seconds"] ?? "") ?? 20)
            try await Load(plan, track: track, on: group.next()).run()
        case "parts": say(try Parts.measure(track))
        default: usage()
        }
    }

    private static func usage() {
        say("usage: bench-listen load --clips FILE,… --url WS-URL --streams N --seconds S | bench-listen parts --clips FILE,…")
    }
}
